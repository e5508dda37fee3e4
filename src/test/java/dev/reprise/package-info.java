/** What the tests of all rooms share, and the test of the rooms themselves. */
@NullMarked
package dev.reprise;

import org.jspecify.annotations.NullMarked;
