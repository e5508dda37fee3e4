package dev.reprise.state;

import jakarta.batch.operations.JobStartException;

/**
 * A launch or restart was refused, and nothing runs because of it. {@code JobOperator.start} throws it itself;
 * {@code JobOperator.restart} has it as the cause of its {@code JobRestartException}.
 */
public final class LaunchRefusedException extends JobStartException {

    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    public LaunchRefusedException(Refusal refusal) {
        super(refusal.message());
        this.refusal = refusal;
    }

    /** Which rule refused, and the ids in the way. */
    public Refusal refusal() {
        return refusal;
    }

    /** The message alone: the engine and the admin CLI show people this text. */
    @Override
    @SuppressWarnings("OverrideThrowableToString")
    public String toString() {
        return String.valueOf(getMessage());
    }
}
