package dev.reprise.repository;

/** Removes history. Thread-safe. */
@SuppressWarnings("UnusedVariable") // until it does
public final class Purges {

    private final Database database;
    private final Tally tally;

    Purges(Database database, Tally tally) {
        this.database = database;
        this.tally = tally;
    }
}
