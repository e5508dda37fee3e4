/**
 * A log of its own for each job execution: what its threads log, in a file of limited size; how text of unknown origin is
 * shown in a line, and how files are made that are nobody else's to read.
 */
@NullMarked
package dev.reprise.log;

import org.jspecify.annotations.NullMarked;
