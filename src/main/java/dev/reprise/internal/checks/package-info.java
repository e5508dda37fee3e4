/** A test of itself that a deployment makes before it runs anything. */
@NullMarked
package dev.reprise.internal.checks;

import org.jspecify.annotations.NullMarked;
