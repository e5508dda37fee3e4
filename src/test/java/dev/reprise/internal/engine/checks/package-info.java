@NullMarked
package dev.reprise.internal.engine.checks;

import org.jspecify.annotations.NullMarked;
