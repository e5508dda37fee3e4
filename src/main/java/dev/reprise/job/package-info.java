/** A job as its XML defines it: its steps and the ways between them, what a change of that does, and where a restart goes. */
@NullMarked
package dev.reprise.job;

import org.jspecify.annotations.NullMarked;
