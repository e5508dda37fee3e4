/** Whether the engine is as this code takes it to be. */
@NullMarked
package dev.reprise.internal.engine.checks;

import org.jspecify.annotations.NullMarked;
