/** Spring Batch with its JDBC repository, configured as its reference documentation does it. */
@NullMarked
package dev.reprise.bench.spring;

import org.jspecify.annotations.NullMarked;
