/** How the partitions of a step run. */
@NullMarked
package dev.reprise.partition;

import org.jspecify.annotations.NullMarked;
