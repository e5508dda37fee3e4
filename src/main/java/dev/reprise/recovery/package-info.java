/** Closes and restarts what dead nodes left, and keeps this node's own books straight. */
@NullMarked
package dev.reprise.recovery;

import org.jspecify.annotations.NullMarked;
