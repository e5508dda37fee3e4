/** The job repository that the engine reports every state change to: all SQL, the schema, ownership and the fence. */
@NullMarked
package dev.reprise.repository;

import org.jspecify.annotations.NullMarked;
