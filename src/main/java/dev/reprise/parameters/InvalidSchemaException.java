package dev.reprise.parameters;

import dev.reprise.log.Shown;

/**
 * A job's parameter schema cannot be used, so the job cannot be launched. The message names the file, what is wrong in
 * it and what to do.
 */
public final class InvalidSchemaException extends RuntimeException {

    InvalidSchemaException(String file, String what, String advice) {
        super(message(file, what, advice));
    }

    InvalidSchemaException(String file, String what, String advice, Throwable cause) {
        super(message(file, what, advice), cause);
    }

    private static String message(String file, String what, String advice) {
        return Shown.text(file) + " cannot be used: " + what + ". " + advice + ".";
    }
}
