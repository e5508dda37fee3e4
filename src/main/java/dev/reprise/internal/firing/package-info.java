/** Schedules that fire: what is due is judged, launched and recorded, by whichever node is first. */
@NullMarked
package dev.reprise.internal.firing;

import org.jspecify.annotations.NullMarked;
