/** When a job runs: the schedule beside its XML, and the ticks that it gives. */
@NullMarked
package dev.reprise.schedule;

import org.jspecify.annotations.NullMarked;
