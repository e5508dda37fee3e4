package dev.reprise.operate;

/**
 * Another node was asked for something and did not say what became of it: it may have been done. The message says which
 * node and what to look at.
 */
public final class NoAnswerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NoAnswerException(String message) {
        super(message);
    }
}
