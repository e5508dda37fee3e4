package dev.reprise.internal.engine.reason;

/**
 * What failed a chunk, or what the engine does around chunks, as it was before the engine serialized it.
 *
 * @param away whether the database was away
 */
public record Witnessed(Throwable thrown, boolean away) {}
