@NullMarked
package dev.reprise.internal.database;

import org.jspecify.annotations.NullMarked;
