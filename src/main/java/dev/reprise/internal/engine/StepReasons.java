package dev.reprise.internal.engine;

import dev.reprise.internal.database.SqlFailures;
import dev.reprise.internal.database.Text;
import dev.reprise.internal.engine.reason.Reason;
import dev.reprise.internal.engine.reason.Thrown;
import dev.reprise.internal.engine.reason.Witnessed;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.runtime.BatchStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jspecify.annotations.Nullable;

/** Why a step or partition failed, in words: what was thrown, and who threw it (decision 035). */
final class StepReasons {

    /** How many partitions that failed are named with their step. */
    private static final int SHOWN_PARTITIONS = 10;

    private StepReasons() {}

    /**
     * An exception of which this deployment does not see a class: who asks for it would get another one, whose message has all
     * its bytes. The engine asks for it next, of a partition.
     */
    static void keepAsText(RunningStep step) {
        try {
            step.execution().getException();
        } catch (RuntimeException | Error e) {
            Reason why = unreadable(step, e);
            step.troubles().failedOf(why);
            step.execution().setException(new BatchRuntimeException(why.text().strip()));
        }
    }

    /** What failed a step or partition, and the element that threw it: empty if nothing did, or nobody knows. */
    static String reasonOf(LiveExecution running, RunningStep step) {
        List<Thrown> atItsEnd = step.troubles().thrownAtItsEnd();
        Exception before = step.troubles().exceptionBeforeItsEnd();
        List<String> reasons = new ArrayList<>();
        if (before != null || atItsEnd.isEmpty()) {
            reasons.add(reasonOf(running, step, before));
        } else if (atItsEnd.get(0).away()) {
            running.cutOff(step.execution().getStepName());
        }
        atItsEnd.stream().map(Thrown::toString).forEach(reasons::add);
        reasons.removeIf(String::isEmpty);
        return String.join("Then ", reasons);
    }

    private static String reasonOf(LiveExecution running, RunningStep step, @Nullable Exception known) {
        Optional<Reason> kept = step.troubles().failure();
        Exception exception = null;
        try {
            exception = known == null ? step.execution().getException() : known;
        } catch (RuntimeException | Error e) {
            kept = Optional.of(unreadable(step, e));
        }
        Exception engines = exception;
        Reason why = kept.or(() -> step.troubles().thrownAs(engines).map(Reason::of))
                .or(() -> isTooDeep(step, engines)
                        ? lastFailure(step, step.troubles().lastThrown())
                        : Optional.empty())
                .map(told -> new Reason(told.text() + partitionsBefore(step), told.away()))
                .orElseGet(() -> new Reason(reasonOf(step, engines), false));
        boolean failed = exception != null || kept.isPresent();
        if (failed && (why.away() || wasAway(step) || (exception != null && SqlFailures.isAway(exception)))) {
            running.cutOff(step.execution().getStepName());
        }
        return why.text();
    }

    /** Whether the database was away when the chunk failed that the step has failed with, or what is around its chunks. */
    private static boolean wasAway(RunningStep step) {
        return step.troubles().witnessed().filter(Witnessed::away).isPresent();
    }

    /** The engine gives a step the exception of a partition. */
    private static String reasonOf(RunningStep step, @Nullable Exception exception) {
        Map<String, String> failed = step.troubles().failedPartitions();
        for (Map.Entry<String, String> one : failed.entrySet()) {
            if (exception == null || isToldBy(one.getValue(), exception)) {
                failed.remove(one.getKey());
                String why = one.getValue().isEmpty() ? one.getKey() + " failed\n" : one.getValue();
                return why + partitionsBefore(failed);
            }
        }
        if (exception == null) {
            return "";
        }
        String partition = step.execution() instanceof PartitionExecutionImpl its
                ? "partition " + its.getPartitionId() + " of step " + its.getStepName() + ": "
                : "";
        return partition + Text.stackTrace(exception) + partitionsBefore(step);
    }

    private static boolean isToldBy(String why, Throwable exception) {
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (why.contains(cause.toString()) || why.strip().equals(cause.getMessage())) {
                return true;
            }
        }
        return false;
    }

    private static String partitionsBefore(RunningStep step) {
        return partitionsBefore(step.troubles().failedPartitions());
    }

    private static String partitionsBefore(Map<String, String> failed) {
        return failed.isEmpty() ? "" : failedToo(List.copyOf(failed.keySet()));
    }

    private static String failedToo(List<String> partitions) {
        String shown = String.join(", ", partitions.subList(0, Math.min(partitions.size(), SHOWN_PARTITIONS)));
        int more = partitions.size() - SHOWN_PARTITIONS;
        return "Failed too: " + shown + (more > 0 ? " and " + more + " more" : "") + "\n";
    }

    /** The engine serializes an exception: of one with too many causes it has that this failed, and of a partition nothing. */
    private static boolean isTooDeep(RunningStep step, @Nullable Exception exception) {
        return exception == null
                ? step.partitionOf() != null && step.execution().getBatchStatus() == BatchStatus.FAILED
                : exception.getCause() instanceof StackOverflowError;
    }

    /** The engine keeps an exception serialized, and may not find a class of it again, or be kept from reading it. */
    private static Reason unreadable(RunningStep step, Throwable failure) {
        Throwable root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            root = cause;
        }
        String missing = root instanceof ClassNotFoundException ? String.valueOf(root.getMessage()) : "";
        String why =
                missing.isEmpty() ? root.getClass().getName() : "class " + Text.line(missing) + " is not visible here";
        return lastFailure(
                        step,
                        missing.isEmpty()
                                ? step.troubles().lastThrown()
                                : step.troubles().thrownWith(missing))
                .orElse(new Reason("The exception of this step cannot be read back: " + why + ".", false));
    }

    /** What failed the step's chunk; of other steps what an artifact has thrown. */
    private static Optional<Reason> lastFailure(RunningStep step, Optional<Thrown> otherwise) {
        return step.troubles()
                .witnessed()
                .map(failed -> new Reason(
                        step.troubles()
                                .thrownAs(failed.thrown())
                                .map(Thrown::toString)
                                .orElseGet(() -> Text.stackTrace(failed.thrown())),
                        failed.away()))
                .or(() -> otherwise.map(Reason::of));
    }
}
