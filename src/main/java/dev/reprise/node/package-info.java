/** This node: its incarnation and its heartbeat. */
@NullMarked
package dev.reprise.node;

import org.jspecify.annotations.NullMarked;
