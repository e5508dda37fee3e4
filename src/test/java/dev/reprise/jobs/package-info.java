/** Jobs and artifacts of the container tests; deployed with them. */
@NullMarked
package dev.reprise.jobs;

import org.jspecify.annotations.NullMarked;
