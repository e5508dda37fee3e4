/** Jobs in unit tests: the engine and the repository in this process, without a server. */
@NullMarked
package dev.reprise.testing;

import org.jspecify.annotations.NullMarked;
