package dev.reprise.internal.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.internal.store.SeenExecution;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.Refusal;
import dev.reprise.state.Refusal.Kind;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** contract.md §3, rows 6 to 10: the same states of an instance have the same answer, whatever the database. */
class DecisionTableTest {

    private static final long INSTANCE = 7;

    private static final LocalDateTime ENDED = LocalDateTime.of(2026, 2, 3, 4, 5);

    private static final Subject JOB = subject(true);

    private static Subject subject(boolean restartable) {
        TreeMap<String, JobParameter> parameters = new TreeMap<>();
        parameters.put("day", new JobParameter("1", true));
        return new Subject("load", new JobParameters(parameters), restartable);
    }

    /** Executions 1, 2 and so on of an instance, of which nobody runs any, by their statuses. */
    private static List<SeenExecution> executions(String statuses) {
        List<String> all = Arrays.asList(statuses.split(" ", -1));
        return IntStream.range(0, all.size())
                .mapToObj(i -> new SeenExecution(i + 1, all.get(i), ENDED, false))
                .toList();
    }

    private static LaunchDecision decide(String statuses, Subject subject) {
        return Objects.requireNonNull(DecisionTable.of(executions(statuses), OptionalLong.empty(), INSTANCE, subject));
    }

    private static Refusal refusal(LaunchDecision decision) {
        assertThat(decision).isInstanceOf(Refusal.class);
        return (Refusal) decision;
    }

    private static LaunchDecision.Restart restart(@Nullable LaunchDecision decision) {
        assertThat(decision).isInstanceOf(LaunchDecision.Restart.class);
        return (LaunchDecision.Restart) Objects.requireNonNull(decision);
    }

    @ParameterizedTest
    @CsvSource({
        "COMPLETED, ALREADY_COMPLETE, 1",
        "FAILED COMPLETED, ALREADY_COMPLETE, 2",
        // Whatever came after it by another program's hand.
        "COMPLETED FAILED, ALREADY_COMPLETE, 1",
        "COMPLETED COMPLETED, ALREADY_COMPLETE, 1",
        // Once complete is complete, whatever was given up before.
        "ABANDONED COMPLETED, ALREADY_COMPLETE, 2",
        "ABANDONED, ABANDONED, 1",
        "ABANDONED FAILED, ABANDONED, 1",
        "ABANDONED STARTED, ABANDONED, 1",
        "STARTED, UNKNOWN_STATE, 1",
        "STARTING FAILED, UNKNOWN_STATE, 1",
        "FAILED STOPPING, UNKNOWN_STATE, 2",
        "UNKNOWN, UNKNOWN_STATE, 1",
    })
    void refusesWhatCannotBeRestarted(String statuses, Kind kind, long execution) {
        Refusal refusal = refusal(decide(statuses, JOB));

        assertThat(refusal.kind()).isEqualTo(kind);
        assertThat(refusal.executionId()).isEqualTo(execution);
        assertThat(refusal.instanceId()).isEqualTo(INSTANCE);
        assertThat(refusal.jobName()).isEqualTo("load");
    }

    @ParameterizedTest
    @CsvSource({"FAILED, 1", "STOPPED, 1", "FAILED STOPPED, 2", "STOPPED FAILED FAILED, 3"})
    void restartsTheLastOfThoseThatFailedOrWereStopped(String statuses, long execution) {
        LaunchDecision.Restart restart = restart(decide(statuses, JOB));

        assertThat(restart.executionId()).isEqualTo(execution);
        assertThat(restart.message())
                .startsWith("load[day=1] is ")
                .endsWith(" (execution " + execution + ", 2026-02-03 04:05).");
    }

    @Test
    void restartsNothingOfAJobThatSaysThatItCannotBe() {
        Refusal refusal = refusal(decide("FAILED STOPPED", subject(false)));

        assertThat(refusal.kind()).isEqualTo(Kind.NOT_RESTARTABLE);
        assertThat(refusal.executionId()).isEqualTo(2);
        assertThat(refusal.message())
                .isEqualTo("load[day=1] is STOPPED (execution 2, 2026-02-03 04:05), and the job says"
                        + " restartable=\"false\". Change an identifying parameter to run it as another instance.");
        assertThat(refusal(decide("COMPLETED", subject(false))).kind()).isEqualTo(Kind.ALREADY_COMPLETE);
    }

    @ParameterizedTest
    @CsvSource({"STARTING", "STARTED", "STOPPING"})
    void takesWhatADeadNodeLeftForFailed(String status) {
        List<SeenExecution> executions =
                List.of(new SeenExecution(1, "FAILED", ENDED, false), new SeenExecution(2, status, null, true));

        LaunchDecision.Restart restart = restart(DecisionTable.of(executions, OptionalLong.of(2), INSTANCE, JOB));

        assertThat(restart.executionId()).isEqualTo(2);
        assertThat(restart.message()).isEqualTo("load[day=1] is left by a dead node (execution 2).");
    }

    @Test
    void leavesOpenWhatSomebodyHasBegunToRunMeanwhile() {
        List<SeenExecution> executions =
                List.of(new SeenExecution(1, "COMPLETED", ENDED, false), new SeenExecution(2, "STARTED", null, true));

        assertThat(DecisionTable.of(executions, OptionalLong.empty(), INSTANCE, JOB))
                .isNull();
        assertThat(DecisionTable.of(executions, OptionalLong.of(1), INSTANCE, JOB))
                .isNull();
    }
}
