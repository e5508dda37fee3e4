/** Many nodes of one application in one process, with the library's own classes: their heartbeats, and what they take over. */
@NullMarked
package dev.reprise.bench.scale;

import org.jspecify.annotations.NullMarked;
