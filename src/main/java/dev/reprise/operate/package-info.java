/** What operators do to executions. */
@NullMarked
package dev.reprise.operate;

import org.jspecify.annotations.NullMarked;
