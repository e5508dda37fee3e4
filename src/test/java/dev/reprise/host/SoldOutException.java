package dev.reprise.host;

/** The application knows how to say it. */
public final class SoldOutException extends RuntimeException {

    private static final long serialVersionUID = 1L;
}
