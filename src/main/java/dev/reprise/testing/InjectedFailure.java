package dev.reprise.testing;

/** What {@link InProcessBatch#failAt} throws if it is given nothing else: from no place in anybody's code, so without a trace. */
public final class InjectedFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InjectedFailure(String message) {
        super(message, null, false, false);
    }
}
