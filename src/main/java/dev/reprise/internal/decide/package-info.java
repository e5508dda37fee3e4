/** What is allowed: launches, restarts, take-overs, changed definitions. */
@NullMarked
package dev.reprise.internal.decide;

import org.jspecify.annotations.NullMarked;
