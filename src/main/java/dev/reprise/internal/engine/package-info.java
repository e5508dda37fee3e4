/** Between JBeret and the tables: the job repository that the engine reports every state change to, and what runs here. */
@NullMarked
package dev.reprise.internal.engine;

import org.jspecify.annotations.NullMarked;
