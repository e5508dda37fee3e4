/** A database that tests watch, and where they let processes die. */
@NullMarked
package dev.reprise.database;

import org.jspecify.annotations.NullMarked;
