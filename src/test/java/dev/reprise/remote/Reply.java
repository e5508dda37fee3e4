package dev.reprise.remote;

/**
 * What a server answered to a test: the same record on both sides of the wire.
 *
 * @param kind how it went
 * @param what the execution, status or list that was asked for; which rule refused; which class was thrown
 * @param message the refusal's or the exception's; empty if it was done
 */
public record Reply(Kind kind, String what, String message) {

    /** How it went. */
    public enum Kind {
        /** As asked. */
        DONE,
        /** With a reason that has a type: {@link Reply#what} is a {@code Refusal.Kind}. */
        REFUSED,
        /** With any other exception: {@link Reply#what} is its class. */
        THREW
    }

    static Reply done(Object what) {
        return new Reply(Kind.DONE, String.valueOf(what), "");
    }

    /** Whether it went as asked. */
    public boolean isDone() {
        return kind == Kind.DONE;
    }

    /** The id of the execution that was started. */
    public long executionId() {
        if (!isDone()) {
            throw new IllegalStateException(toString());
        }
        return Long.parseLong(what);
    }

    String text() {
        return kind + "\n" + what + "\n" + message;
    }

    /** Reads what the servlet wrote. */
    public static Reply of(String text) {
        String[] parts = text.split("\n", 3);
        if (parts.length < 3) {
            throw new IllegalArgumentException(text);
        }
        return new Reply(Kind.valueOf(parts[0]), parts[1], parts[2]);
    }
}
