package dev.reprise.testing;

/** What {@link InProcessBatch#failAt} throws if it is given nothing else. */
public final class InjectedFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InjectedFailure(String message) {
        super(message);
    }
}
