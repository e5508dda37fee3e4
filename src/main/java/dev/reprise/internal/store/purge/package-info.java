/** What removes history. */
@NullMarked
package dev.reprise.internal.store.purge;

import org.jspecify.annotations.NullMarked;
