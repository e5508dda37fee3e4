/** What needs more than the project's own tests have. */
@NullMarked
package dev.reprise.testing;

import org.jspecify.annotations.NullMarked;
