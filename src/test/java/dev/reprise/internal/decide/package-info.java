@NullMarked
package dev.reprise.internal.decide;

import org.jspecify.annotations.NullMarked;
