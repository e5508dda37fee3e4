/** Readers and writers that a job of anybody's can use, and what they say of how far they are. */
@NullMarked
package dev.reprise.item;

import org.jspecify.annotations.NullMarked;
