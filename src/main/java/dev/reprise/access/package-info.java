/** Who asks, what they may, and the record of what they did. */
@NullMarked
package dev.reprise.access;

import org.jspecify.annotations.NullMarked;
