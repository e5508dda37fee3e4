package dev.reprise.job;

import dev.reprise.job.JobDefinition.InvalidPropertyException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jberet.job.model.Job;
import org.jberet.job.model.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a job's execution whose node died or whose database was away (contract.md §6). Immutable.
 *
 * @param choice what the job property {@value #RECOVERY} says
 * @param maxAttempts how many restarts in a row, 0 to 1000; {@value #MAX_ATTEMPTS}, 3 by default
 * @param backOff the pause before the second restart in a row, twice that before the third, and so on; the first comes at
 *     once; {@value #BACK_OFF}, 10 s by default
 * @param batchlets the ids of the steps that do not work in chunks
 */
public record RecoveryPolicy(Choice choice, int maxAttempts, Duration backOff, Set<String> batchlets) {

    /** The job property for what to do: {@code restart} or {@code fail}. */
    public static final String RECOVERY = "reprise.recovery";

    /** The job property for the number of restarts in a row. */
    public static final String MAX_ATTEMPTS = "reprise.recovery.max-attempts";

    /** The job property for the pause before the second restart in a row. */
    public static final String BACK_OFF = "reprise.recovery.back-off";

    private static final int MOST_ATTEMPTS = 1000;

    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    /** What to do. */
    public enum Choice {
        /** Nothing is said: restart, unless a batchlet was running. */
        UNLESS_A_BATCHLET_RAN,
        /** {@code restart}: whatever was running. */
        RESTART,
        /** {@code fail}: a person restarts it. */
        FAIL,
        /** The job says {@code restartable="false"}. */
        NEVER
    }

    public RecoveryPolicy {
        batchlets = Set.copyOf(batchlets);
    }

    /**
     * Reads the properties of a job.
     *
     * @throws IllegalArgumentException if one of them makes no sense, with its name, the value and what to write
     */
    static RecoveryPolicy of(Job job, List<StepDefinition> steps) {
        Properties properties = job.getProperties();
        Map<String, String> given = properties == null ? Map.of() : properties.getNameValues();
        return new RecoveryPolicy(
                choice(job, given.get(RECOVERY)),
                maxAttempts(job, given.get(MAX_ATTEMPTS)),
                backOff(job, given.get(BACK_OFF)),
                steps.stream()
                        .filter(step -> !step.chunk())
                        .map(StepDefinition::name)
                        .collect(Collectors.toSet()));
    }

    private static Choice choice(Job job, @Nullable String value) {
        if (value == null) {
            return job.getRestartableBoolean() ? Choice.UNLESS_A_BATCHLET_RAN : Choice.NEVER;
        }
        return switch (value) {
            case "restart" -> job.getRestartableBoolean() ? Choice.RESTART : Choice.NEVER;
            case "fail" -> Choice.FAIL;
            default ->
                throw new InvalidPropertyException(
                        job,
                        RECOVERY,
                        value,
                        "'restart' or 'fail', or leave it out, which restarts the job unless a batchlet was running");
        };
    }

    private static int maxAttempts(Job job, @Nullable String value) {
        if (value == null) {
            return 3;
        }
        if (!value.matches("\\d{1,4}") || Integer.parseInt(value) > MOST_ATTEMPTS) {
            throw new InvalidPropertyException(job, MAX_ATTEMPTS, value, "a number from 0 to " + MOST_ATTEMPTS);
        }
        return Integer.parseInt(value);
    }

    private static Duration backOff(Job job, @Nullable String value) {
        if (value == null) {
            return Duration.ofSeconds(10);
        }
        return TimeSpan.of(value)
                .filter(pause -> pause.compareTo(LONGEST_PAUSE) <= 0)
                .orElseThrow(() -> new InvalidPropertyException(
                        job, BACK_OFF, value, "a time of at most an hour, as 500ms, 10s or 2m"));
    }

    /**
     * Why an execution is not restarted by itself.
     *
     * @param interrupted the steps that were running
     * @param restartsInARow how many restarts of that kind came right before that execution, one after the other
     * @return as people read it; empty if it is restarted
     */
    public Optional<String> objection(Collection<String> interrupted, int restartsInARow) {
        if (choice == Choice.NEVER) {
            return Optional.of("the job says restartable=\"false\"");
        }
        if (choice == Choice.FAIL) {
            return Optional.of("the job says " + RECOVERY + "=fail");
        }
        Optional<String> batchlet = interrupted.stream()
                .filter(step -> choice == Choice.UNLESS_A_BATCHLET_RAN && batchlets.contains(step))
                .findFirst();
        if (batchlet.isPresent()) {
            return Optional.of("the batchlet of step " + batchlet.get() + " was running, and how far it came is for a"
                    + " person to judge (" + RECOVERY + "=restart would restart the job)");
        }
        if (restartsInARow >= maxAttempts) {
            return Optional.of("it was restarted " + restartsInARow + (restartsInARow == 1 ? " time" : " times")
                    + " in a row, and " + MAX_ATTEMPTS + " is " + maxAttempts);
        }
        return Optional.empty();
    }

    /**
     * How long a restart waits.
     *
     * @param attempt which one in a row, from 1
     */
    public Duration pauseBefore(int attempt) {
        if (attempt <= 1) {
            return Duration.ZERO;
        }
        Duration pause = backOff.multipliedBy(1L << Math.min(attempt - 2, 20));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }
}
