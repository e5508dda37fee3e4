/** What is published, before it is. */
@NullMarked
package dev.reprise.release;

import org.jspecify.annotations.NullMarked;
