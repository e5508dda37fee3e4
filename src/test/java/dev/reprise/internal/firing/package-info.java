@NullMarked
package dev.reprise.internal.firing;

import org.jspecify.annotations.NullMarked;
