/** How nodes are told at once that there is something to look at. What is so is in the database; nothing is lost with a ring. */
@NullMarked
package dev.reprise.internal.doorbell;

import org.jspecify.annotations.NullMarked;
