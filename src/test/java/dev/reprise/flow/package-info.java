/** What jobs do between their steps, and on a restart, in the engine with the repository of Reprise. */
@NullMarked
package dev.reprise.flow;

import org.jspecify.annotations.NullMarked;
