/** Rows as objects of the engine's, and values as the engine keeps them. */
@NullMarked
package dev.reprise.internal.engine.stored;

import org.jspecify.annotations.NullMarked;
