package dev.reprise.internal.firing;

import dev.reprise.internal.engine.EngineOperator;
import dev.reprise.launch.JobLauncher;
import dev.reprise.log.OneLine;
import dev.reprise.schedule.Tick;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Launches ticks, which their identity lets happen once. */
class TickLauncher {

    private static final Logger LOG = System.getLogger(TickLauncher.class.getName());

    private final Function<String, ClassLoader> homes;
    private final BooleanSupplier mayLaunch;

    /**
     * @param homes for a job the class loader that leads to its job operator
     * @param mayLaunch whether jobs may begin on this node now
     */
    TickLauncher(Function<String, ClassLoader> homes, BooleanSupplier mayLaunch) {
        this.homes = homes;
        this.mayLaunch = mayLaunch;
    }

    /** Whether jobs may begin on this node now. */
    boolean mayLaunch() {
        return mayLaunch.getAsBoolean();
    }

    /** What came of a launch. */
    sealed interface Outcome {}

    /** There is an execution of it, of this launch or of one before. */
    record Launched(@Nullable Long instance, @Nullable Long execution) implements Outcome {}

    /** There is none, or none more, and there will be none. */
    record Refused(String why) implements Outcome {}

    /** Not on this node. */
    record Elsewhere() implements Outcome {}

    /** Launches a tick that has not been, as far as is known. */
    Outcome launch(String job, Map<String, String> parameters) {
        return launch(job, parameters, null);
    }

    /**
     * Launches a tick, or lets one go on.
     *
     * @param failed the execution that is to be restarted, if it is still the last; null to begin an instance
     */
    Outcome launch(String job, Map<String, String> parameters, @Nullable Long failed) {
        try {
            return at(
                    job,
                    () -> new Launched(
                            null,
                            failed == null
                                    ? JobLauncher.startTick(job, parameters)
                                    : JobLauncher.restartTick(job, failed)));
        } catch (LaunchRefusedException e) {
            return failed == null ? of(e.refusal()) : ofRestart(e.refusal());
        } catch (RuntimeException | LinkageError e) {
            if (EngineOperator.isDatabases(e)) {
                throw e;
            }
            if (!mayLaunch()) {
                LOG.log(Level.DEBUG, "The node stops", e);
                return new Elsewhere();
            }
            LOG.log(Level.WARNING, "The launch of a tick of " + job + " failed", e);
            Long begun = failed == null ? instances(job, List.of(parameters)).get(parameters) : null;
            return begun == null
                    ? new Refused("its launch failed: " + OneLine.of(e.toString()) + ". The log has where.")
                    : new Launched(begun, null);
        }
    }

    /**
     * The instances of those ticks that somebody has launched, though it may not have been recorded.
     *
     * @param ticks of the job
     */
    Map<Tick, Long> launched(String job, Collection<Tick> ticks) {
        List<Map<String, String>> launches =
                ticks.stream().<Map<String, String>>map(Tick::parameters).toList();
        Map<Map<String, String>, Long> instances = instances(job, launches);
        Map<Tick, Long> launched = new HashMap<>();
        for (Tick tick : ticks) {
            Long instance = instances.get(tick.parameters());
            if (instance != null) {
                launched.put(tick, instance);
            }
        }
        return launched;
    }

    private Map<Map<String, String>, Long> instances(String job, List<Map<String, String>> launches) {
        if (launches.isEmpty()) {
            return Map.of();
        }
        try {
            return at(job, () -> EngineOperator.launched(job, launches));
        } catch (RuntimeException | LinkageError e) {
            if (EngineOperator.isDatabases(e)) {
                throw e;
            }
            LOG.log(Level.DEBUG, "What cannot be launched was not", e);
            return Map.of();
        }
    }

    private <T> T at(String job, Supplier<T> work) {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(homes.apply(job));
        try {
            return work.get();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    /** Whoever launched the same identity has launched this tick. */
    private static Outcome of(Refusal refusal) {
        return switch (refusal.kind()) {
            case ALREADY_RUNNING,
                    ALREADY_COMPLETE,
                    ABANDONED,
                    RESTART_INSTEAD,
                    NOT_RESTARTABLE,
                    UNKNOWN_STATE,
                    DEFINITION_CHANGED,
                    NOT_THE_LAST -> new Launched(refusal.instanceId(), refusal.executionId());
            case NODE_UNAVAILABLE -> new Elsewhere();
            case NO_SUCH_JOB, INVALID_JOB, INVALID_PARAMETERS, OTHER_APPLICATION -> new Refused(refusal.message());
        };
    }

    /** Whoever has let it go on since has done what was asked. */
    private static Outcome ofRestart(Refusal refusal) {
        return switch (refusal.kind()) {
            case ALREADY_RUNNING, ALREADY_COMPLETE, NOT_THE_LAST -> of(refusal);
            case NODE_UNAVAILABLE -> new Elsewhere();
            case ABANDONED,
                    RESTART_INSTEAD,
                    NOT_RESTARTABLE,
                    UNKNOWN_STATE,
                    DEFINITION_CHANGED,
                    NO_SUCH_JOB,
                    INVALID_JOB,
                    INVALID_PARAMETERS,
                    OTHER_APPLICATION -> new Refused(refusal.message());
        };
    }
}
