package dev.reprise.bench;

/** A count is greater than its limit; the message says which. */
final class LimitExceededException extends RuntimeException {

    private static final long serialVersionUID = 1;

    LimitExceededException(String message) {
        super(message);
    }
}
