/** What becomes of the ticks of a schedule, as a function of what is known of them. */
@NullMarked
package dev.reprise.internal.schedule;

import org.jspecify.annotations.NullMarked;
