/**
 * What jobs, executions and nodes are, and what is asked and answered of them: values that every room and every user may hold.
 * None of them changes, so that threads may share them.
 */
@NullMarked
package dev.reprise.state;

import org.jspecify.annotations.NullMarked;
