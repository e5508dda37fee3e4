/** Nodes that die, hang, are cut off, suspended or stopped: semantics.md §3 and §6 on two real servers. */
@NullMarked
package dev.reprise.recovery;

import org.jspecify.annotations.NullMarked;
