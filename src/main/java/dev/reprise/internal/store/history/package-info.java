/** What was and is, in pages, for those who look. */
@NullMarked
package dev.reprise.internal.store.history;

import org.jspecify.annotations.NullMarked;
