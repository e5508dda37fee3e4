package dev.reprise.internal.database;

/**
 * A chunk could not be recorded, so it must not be committed. An {@code Error}, because the engine would take an
 * {@code Exception} thrown here for a failed write: it would skip the chunk's items, or retry without end, in a step
 * that skips or retries {@code java.lang.Exception}.
 */
public final class NotRecordedError extends Error {

    private static final long serialVersionUID = 1L;

    public NotRecordedError(String message) {
        super(message);
    }

    public NotRecordedError(String message, Throwable cause) {
        super(message, cause);
    }

    private NotRecordedError(String message, boolean writableStackTrace) {
        super(message, null, false, writableStackTrace);
    }

    /** For what another node owns now: what there is to know is the message. */
    public static NotRecordedError fenced(String message) {
        return new NotRecordedError(message, false);
    }
}
