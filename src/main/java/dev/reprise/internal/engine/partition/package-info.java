/** Which partitions there are, and what is collected of them. */
@NullMarked
package dev.reprise.internal.engine.partition;

import org.jspecify.annotations.NullMarked;
