/** What the row of a step or partition has, and what the engine has counted beside it. */
@NullMarked
package dev.reprise.internal.engine.row;

import org.jspecify.annotations.NullMarked;
