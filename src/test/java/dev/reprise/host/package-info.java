/** An application that Reprise is a guest in, with a way of its own in all that a guest could change. */
@NullMarked
package dev.reprise.host;

import org.jspecify.annotations.NullMarked;
