package dev.reprise.access;

/** The caller lacks a role; the message says who, what and which role. */
public final class AccessDeniedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * As another node has said it.
     *
     * @param message who, what and which role
     */
    public AccessDeniedException(String message) {
        super(message);
    }

    AccessDeniedException(Caller caller, String what, Role needed) {
        super(caller.user() + " may not " + what + ": that needs the role " + needed.roleName() + ".");
    }
}
