/** Servers and databases that the container tests start. */
@NullMarked
package dev.reprise.server;

import org.jspecify.annotations.NullMarked;
