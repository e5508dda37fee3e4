/** What runs, for people to read. */
@NullMarked
package dev.reprise.monitor;

import org.jspecify.annotations.NullMarked;
