@NullMarked
package dev.reprise.internal.schedule;

import org.jspecify.annotations.NullMarked;
