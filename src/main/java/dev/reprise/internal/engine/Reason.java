package dev.reprise.internal.engine;

/**
 * Why something failed.
 *
 * @param text as people read it
 * @param away whether because a database was away
 */
record Reason(String text, boolean away) {

    static Reason of(Thrown thrown) {
        return new Reason(thrown.toString(), thrown.away());
    }
}
