@NullMarked
package dev.reprise.internal.checkpoint;

import org.jspecify.annotations.NullMarked;
