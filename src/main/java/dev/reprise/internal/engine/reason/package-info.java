/** Why something failed: what was thrown, and by which artifact. */
@NullMarked
package dev.reprise.internal.engine.reason;

import org.jspecify.annotations.NullMarked;
