/** Judges job XML before anything runs: the rules of docs/guide.md, and what they find. */
@NullMarked
package dev.reprise.lint;

import org.jspecify.annotations.NullMarked;
