@NullMarked
package dev.reprise.internal.store.history;

import org.jspecify.annotations.NullMarked;
