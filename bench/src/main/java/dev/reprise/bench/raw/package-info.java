/** The floor: the same rows through plain JDBC, with no batch engine above it. */
@NullMarked
package dev.reprise.bench.raw;

import org.jspecify.annotations.NullMarked;
