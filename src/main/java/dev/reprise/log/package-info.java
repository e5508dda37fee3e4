/** A log of its own for each job execution: what its threads log, in a file of limited size. */
@NullMarked
package dev.reprise.log;

import org.jspecify.annotations.NullMarked;
