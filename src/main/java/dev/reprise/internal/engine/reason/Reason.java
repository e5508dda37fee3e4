package dev.reprise.internal.engine.reason;

/**
 * Why something failed.
 *
 * @param text as people read it
 * @param away whether because a database was away
 */
public record Reason(String text, boolean away) {

    public static Reason of(Thrown thrown) {
        return new Reason(thrown.toString(), thrown.away());
    }
}
