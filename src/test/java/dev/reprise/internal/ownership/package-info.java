/** A node lives and dies. */
@NullMarked
package dev.reprise.internal.ownership;

import org.jspecify.annotations.NullMarked;
