/** What runs in the process of each peer, whichever it is: the loops that measure, and the input and SQL of the jobs. */
@NullMarked
package dev.reprise.bench.peer;

import org.jspecify.annotations.NullMarked;
