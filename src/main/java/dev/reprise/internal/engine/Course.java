package dev.reprise.internal.engine;

import dev.reprise.internal.engine.JobElements.Place;
import dev.reprise.job.JobGraph;
import dev.reprise.job.JobGraph.Transition;
import dev.reprise.state.TransitionTaken;
import jakarta.batch.runtime.BatchStatus;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jberet.job.model.Decision;
import org.jberet.job.model.Flow;
import org.jberet.job.model.JobElement;
import org.jberet.job.model.Split;
import org.jberet.job.model.Step;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.spi.PropertyKey;
import org.jspecify.annotations.Nullable;

/**
 * How one job execution goes on after its steps, decisions and flows. The engine does not say which transition it takes,
 * so this follows it through the execution's own copy of the job, which it also mends where the engine would not do what
 * JSR-352 says (decision 014):
 *
 * <ul>
 *   <li>A pattern's characters other than {@code *} and {@code ?} are literal; the engine would read them as a regular
 *       expression.
 *   <li>An {@code end} inside a flow ends the job (§8.9.4); the engine would go on after the flow, or after the split
 *       around it.
 *   <li>What a decider returns is the job's exit status (§8.5); the engine would give it to the flow around the decision.
 *   <li>A decider that throws fails the job; the engine would fail the flow around the decision, and complete the job.
 *   <li>A {@code stop} inside a split keeps its restart position; the engine would give it to a copy.
 *   <li>A step that may not start any more fails the job (§8.2), however a failure of it is routed.
 *   <li>A step that comes a second time fails the job (§8.9.3), also where a restart skips it.
 *   <li>Nothing follows a flow of a split but the end of the split (§8.4). Where several of its flows say the job's exit
 *       status or where to restart, the last one in document order does, whichever is the faster.
 * </ul>
 *
 * <p>Thread-safe: the flows of a split end at once.
 */
final class Course {

    /** What several elements may say, of which the last in document order is heard. */
    private static final class Said {

        private int order = -1;
        private @Nullable String what;

        void by(Place place, @Nullable String said) {
            if (place.order() >= order) {
                order = place.order();
                what = said;
            }
        }
    }

    private final JobExecutionImpl execution;
    private final JobGraph graph;
    private final JobElements elements;
    private final Map<String, String> exitStatusOfFlow = new ConcurrentHashMap<>();
    private final Set<String> endedFlows = new HashSet<>();
    private final Set<String> been = ConcurrentHashMap.newKeySet();
    private final boolean loopsAllowed;
    private final Said decision = new Said();
    private final Said restartPosition = new Said();
    private final Said exitStatusOfEnd = new Said();
    private volatile boolean failed;
    private volatile String reason = "";

    /**
     * @param execution before its first element runs
     */
    Course(JobExecutionImpl execution) {
        this.execution = execution;
        this.graph = JobGraph.of(execution.getSubstitutedJob());
        this.elements = new JobElements(execution.getSubstitutedJob());
        this.loopsAllowed = Boolean.parseBoolean(execution.getJobParameters().getProperty(PropertyKey.LOOP_ALLOWED));
        String position = execution.getRestartPosition();
        if (position != null && !elements.isBeside(position, null)) {
            failsBecause(
                    "It was to begin at '" + position + "', where an earlier execution of it was stopped; the job has"
                            + " no step, flow, split or decision of that name on its own level. Give it one, or start another"
                            + " instance.");
        }
    }

    /** What the execution runs. */
    JobElements elements() {
        return elements;
    }

    /** The first reason is the one that counts. */
    private synchronized void failsBecause(String why) {
        if (reason.isEmpty()) {
            reason = why;
        }
    }

    /** Why the job ends FAILED, if that is because of how it goes on; else empty. */
    String reason() {
        return reason;
    }

    /**
     * Whether only the engine works between the end of a step and that of the job.
     *
     * @param taken what the engine does after it
     */
    boolean endsWith(String step, List<TransitionTaken> taken) {
        Place place = elements.place(step);
        return place != null && place.around().isEmpty() && taken.isEmpty() && elements.hasNoJobListeners();
    }

    /** What the engine does after a step, one that a restart skips too. */
    List<TransitionTaken> afterStep(String step, @Nullable BatchStatus status, @Nullable String exitStatus) {
        Place place = elements.place(step);
        if (place == null || status == null) {
            return List.of();
        }
        been.add(step);
        return switch (status) {
            case COMPLETED -> after(place, exitStatus);
            // A next attribute is for what completed, and a flow does not go on after what failed.
            case FAILED -> taken(place, exitStatus, true);
            case STARTING, STARTED, STOPPING, STOPPED, ABANDONED -> List.of();
        };
    }

    /** What the engine does after a decision. */
    List<TransitionTaken> afterDecision(String decision, @Nullable String exitStatus) {
        Place place = elements.place(decision);
        if (place == null) {
            return List.of();
        }
        JobElement flow = place.within();
        if (exitStatus != null) {
            decided(place, exitStatus);
            if (flow != null) {
                exitStatusOfFlow.put(flow.getId(), exitStatus);
            }
        }
        return after(place, exitStatus);
    }

    private synchronized void decided(Place place, String exitStatus) {
        decision.by(place, exitStatus);
        execution.setExitStatus(decision.what);
    }

    /** The decider of a decision threw. */
    void cannotDecide(String decision) {
        Place place = elements.place(decision);
        if (place != null) {
            fail(place);
        }
    }

    private void fail(Place place) {
        failed = true;
        execution.setBatchStatus(BatchStatus.FAILED);
        place.around().forEach(JobElements::goNowhere);
    }

    /** The job is at its end: what one flow of a split says may have been hidden by another one, or by the engine. */
    synchronized void settle() {
        if (failed && execution.getBatchStatus() != BatchStatus.FAILED) {
            execution.setBatchStatus(BatchStatus.FAILED);
            execution.setExitStatus(null);
        } else if (exitStatusOfEnd.what != null && execution.getBatchStatus() == BatchStatus.COMPLETED) {
            execution.setExitStatus(exitStatusOfEnd.what);
        }
    }

    /** A restart skips a step that is complete; true, and nothing follows it, if that has happened before. */
    boolean loopsAt(String step) {
        Place place = elements.place(step);
        if (place == null || loopsAllowed || !been.contains(step)) {
            return false;
        }
        JobElements.goNowhere(place.element());
        fail(place);
        return true;
    }

    /** A step may not start, so nothing follows it. */
    void cannotStart(String step) {
        Place place = elements.place(step);
        if (place != null) {
            JobElements.goNowhere(place.element());
        }
    }

    /**
     * Whether a step has started as often as it may in its instance.
     *
     * @param starts how often it has
     */
    boolean isAtItsLimit(String step, int starts) {
        Place place = elements.place(step);
        return place != null
                && place.element() instanceof Step limited
                && limited.getStartLimitInt() > 0
                && starts >= limited.getStartLimitInt();
    }

    private List<TransitionTaken> after(Place ended, @Nullable String exitStatus) {
        Place place = ended;
        String status = exitStatus;
        while (true) {
            List<TransitionTaken> taken = taken(place, status, false);
            JobElement around = place.within();
            if (!taken.isEmpty() || around == null || !endsWith(around, place.element())) {
                return taken;
            }
            place = Objects.requireNonNull(elements.place(around.getId()), around.getId());
            status = exitStatusOfFlow.getOrDefault(around.getId(), BatchStatus.COMPLETED.name());
        }
    }

    /** A flow ends with its last element, a split with the last of its flows that ends. */
    private synchronized boolean endsWith(JobElement around, JobElement ended) {
        endedFlows.add(ended.getId());
        return !(around instanceof Split split)
                || split.getFlows().stream().map(Flow::getId).allMatch(endedFlows::contains);
    }

    private List<TransitionTaken> taken(Place place, @Nullable String exitStatus, boolean failed) {
        String id = place.element().getId();
        Transition taken = graph.taken(id, exitStatus, failed).orElse(null);
        if (taken == null) {
            return List.of();
        }
        follow(taken, place, exitStatus);
        return List.of(new TransitionTaken(id, exitStatus, taken.kind(), taken.on(), taken.to()));
    }

    /** What the engine does not do, or does to a copy of the execution. */
    private synchronized void follow(Transition taken, Place place, @Nullable String exitStatus) {
        switch (taken.kind()) {
            case END -> {
                place.around().forEach(JobElements::goNowhere);
                boolean asDecided = taken.exitStatus() == null && place.element() instanceof Decision;
                exitStatusOfEnd.by(place, asDecided ? exitStatus : taken.exitStatus());
            }
            case STOP -> {
                if (taken.to() != null) {
                    restartPosition.by(place, taken.to());
                    execution.setRestartPosition(restartPosition.what);
                }
            }
            case NEXT_ATTRIBUTE, NEXT -> {
                String to = String.valueOf(taken.to());
                // The engine fails it, and would go on where that failure is routed to.
                if (!loopsAllowed && been.contains(to)) {
                    cannotStart(to);
                    failsBecause(
                            "A transition leads from '" + taken.from() + "' back to step '" + to
                                    + "', which has come in this execution. A step runs once in an execution (JSR-352 §8.9.3).");
                } else if (!elements.isBeside(to, place.within())) {
                    failsBecause("A transition leads from '" + taken.from() + "' to '" + to
                            + "', and there is no such step, flow, split or decision beside it.");
                }
            }
            case FAIL ->
                failsBecause("It failed as its definition says: '" + taken.from() + "' took <fail on=\"" + taken.on()
                        + "\">.");
        }
    }
}
