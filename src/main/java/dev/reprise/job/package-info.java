/** A job's definition as read from its XML: its steps, and the schema of its parameters. */
@NullMarked
package dev.reprise.job;

import org.jspecify.annotations.NullMarked;
