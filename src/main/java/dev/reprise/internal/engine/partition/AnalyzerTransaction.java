package dev.reprise.internal.engine.partition;

import dev.reprise.internal.database.Text;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import java.util.function.Consumer;
import org.jberet.job.model.Partition;
import org.jberet.job.model.Properties;
import org.jberet.runtime.context.StepContextImpl;
import org.jberet.spi.PropertyKey;
import org.jspecify.annotations.Nullable;

/** The transaction in which the analyzer of a step works, from when its partitions have begun until all have ended. For the thread of the step. */
public final class AnalyzerTransaction {

    private static final String TIME_OUT = "jakarta.transaction.global.timeout";

    private final StepContextImpl step;
    private final Partition definition;
    private final Consumer<Exception> failed;
    private final TransactionManager transactions;
    private long began;

    /**
     * Of a run of a step.
     *
     * @param definition as job XML has it
     * @param failed is told why it could not be committed
     */
    public AnalyzerTransaction(StepContextImpl step, Partition definition, Consumer<Exception> failed) {
        this.step = step;
        this.definition = definition;
        this.failed = failed;
        this.transactions = step.getJobContext().getBatchEnvironment().getTransactionManager();
    }

    private boolean isNeeded() {
        return definition.getAnalyzer() != null && !Boolean.parseBoolean(property(PropertyKey.ANALYZER_TX_DISABLED));
    }

    private @Nullable String property(String name) {
        Properties properties = step.getStep().getProperties();
        return properties == null ? null : properties.get(name);
    }

    public void begin() throws Exception {
        if (!isNeeded()) {
            return;
        }
        String seconds = property(TIME_OUT);
        try {
            if (seconds != null) {
                transactions.setTransactionTimeout(Integer.parseInt(seconds));
            }
            transactions.begin();
        } finally {
            transactions.setTransactionTimeout(0);
        }
        began = System.nanoTime();
    }

    public void mustLive() throws SystemException {
        if (isNeeded() && transactions.getStatus() != Status.STATUS_ACTIVE) {
            throw new IllegalStateException(whyItIsGone());
        }
    }

    private String whyItIsGone() throws SystemException {
        String which = "The transaction of partition analyzer "
                + definition.getAnalyzer().getRef() + " of step " + step.getStepName() + " ";
        return which
                + switch (transactions.getStatus()) {
                    case Status.STATUS_NO_TRANSACTION -> "was ended by the analyzer itself; it is the engine's to end.";
                    case Status.STATUS_MARKED_ROLLBACK ->
                        "can only be rolled back: an artifact or a resource has marked it so.";
                    default -> wasRolledBack();
                };
    }

    private String wasRolledBack() {
        String seconds = property(TIME_OUT);
        return "was rolled back from outside after " + Text.duration(System.nanoTime() - began)
                + ", as one is that outlives its time-out ("
                + (seconds == null ? "the server's default" : seconds + " s, the step's " + TIME_OUT)
                + "): it begins when the last partition does, and lasts until all have ended. Raise the step property "
                + TIME_OUT + ", or set " + PropertyKey.ANALYZER_TX_DISABLED + "=true there if the analyzer needs none.";
    }

    public void commit() throws Exception {
        if (!isNeeded()) {
            return;
        }
        mustLive();
        try {
            transactions.commit();
        } catch (RollbackException | HeuristicMixedException | HeuristicRollbackException e) {
            failed.accept(e);
            throw new IllegalStateException(
                    "What partition analyzer " + definition.getAnalyzer().getRef() + " of step " + step.getStepName()
                            + " did was rolled back when it was to be committed: " + e.getMessage(),
                    e);
        }
    }

    /** Whatever has become of it: nothing of it may stay with the thread. */
    public void end() {
        try {
            if (transactions.getStatus() == Status.STATUS_NO_TRANSACTION) {
                return;
            }
            try {
                transactions.rollback();
            } catch (SystemException | IllegalStateException | SecurityException e) {
                transactions.suspend(); // it was rolled back already
            }
        } catch (SystemException e) {
            throw new IllegalStateException("the transaction manager does not answer", e);
        }
    }
}
