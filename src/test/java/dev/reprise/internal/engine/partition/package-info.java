@NullMarked
package dev.reprise.internal.engine.partition;

import org.jspecify.annotations.NullMarked;
