package dev.reprise.internal.engine;

/**
 * What failed a chunk, as it was before the engine serialized it.
 *
 * @param away whether the database was away
 */
record Witnessed(Exception thrown, boolean away) {}
