/** This node among the others: its incarnation, its heartbeat, and what it does for those that are dead. */
@NullMarked
package dev.reprise.internal.ownership;

import org.jspecify.annotations.NullMarked;
