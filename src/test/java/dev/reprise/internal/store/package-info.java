@NullMarked
package dev.reprise.internal.store;

import org.jspecify.annotations.NullMarked;
