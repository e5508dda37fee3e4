/** What parameters a job takes: the schema beside its XML, and what is wrong with those of a launch. */
@NullMarked
package dev.reprise.parameters;

import org.jspecify.annotations.NullMarked;
