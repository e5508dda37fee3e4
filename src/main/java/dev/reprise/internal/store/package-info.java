/** The tables by noun: rows in, rows out. No other room writes SQL, and none of the engine's types comes in. */
@NullMarked
package dev.reprise.internal.store;

import org.jspecify.annotations.NullMarked;
