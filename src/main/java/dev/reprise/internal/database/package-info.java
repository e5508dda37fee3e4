/** The database as it is spoken to: connections and transactions, what each product does otherwise, and the schema. */
@NullMarked
package dev.reprise.internal.database;

import org.jspecify.annotations.NullMarked;
