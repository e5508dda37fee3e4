package dev.reprise.internal.engine;

import dev.reprise.internal.store.Applications;
import dev.reprise.internal.store.Requests;
import dev.reprise.internal.store.history.History;

/**
 * What consoles know of other applications on the database, too.
 *
 * @param seen what was and is, of all that are shown
 * @param applications who they are
 * @param requests what nodes ask of each other
 */
public record Neighbours(History seen, Applications applications, Requests requests) {}
