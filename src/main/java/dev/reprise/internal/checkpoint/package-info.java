/** Checkpoints and user data as they are stored, read within limits. */
@NullMarked
package dev.reprise.internal.checkpoint;

import org.jspecify.annotations.NullMarked;
