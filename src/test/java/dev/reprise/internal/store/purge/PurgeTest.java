package dev.reprise.internal.store.purge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.reprise.identity.JobParameter;
import dev.reprise.internal.engine.TestDatabase;
import dev.reprise.internal.engine.TestNode;
import dev.reprise.internal.engine.TestNode.Chunk;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.PurgeCandidate;
import dev.reprise.state.PurgeRequest;
import dev.reprise.state.PurgeSummary;
import dev.reprise.state.PurgeSummary.Spared;
import dev.reprise.state.PurgedExecution;
import dev.reprise.state.Refusal.Kind;
import dev.reprise.state.StepState;
import dev.reprise.state.TransitionTaken;
import jakarta.batch.runtime.BatchStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** contract.md §7: history is purged by age, status and job, and what completed stays refused. */
class PurgeTest {

    private static final PurgeRequest A_DAY_OLD = PurgeRequest.olderThan(Duration.ofDays(1));

    private static final String MONTH = "month";

    private final Job job = TestNode.job();

    private static PurgeSummary purge(TestNode node, PurgeRequest request) {
        return purge(node, request, null);
    }

    private static PurgeSummary purge(
            TestNode node, PurgeRequest request, @Nullable Consumer<List<PurgedExecution>> archive) {
        Purges purges = node.repository.purges();
        Purges.Walk walk = purges.walk(request);
        Purges.Position position = purges.beginning();
        PurgeSummary summary = PurgeSummary.nothing(request.isDryRun());
        while (true) {
            Purges.Page page = walk.look(position);
            List<PurgeCandidate> going = page.instances().stream()
                    .filter(instance -> instance.spared() == null)
                    .toList();
            summary = summary.sparing(page.instances().stream()
                    .filter(instance -> instance.spared() != null)
                    .toList());
            summary = summary.removing(
                    request.isDryRun() || going.isEmpty()
                            ? going
                            : walk.remove(going, archive).instances());
            if (page.last()) {
                return summary;
            }
            position = page.next();
        }
    }

    private PurgeRequest ofJob() {
        return A_DAY_OLD.ofJob(job.getId());
    }

    private long ended(TestNode node, String month, BatchStatus status) {
        JobExecutionImpl execution = node.run(job, MONTH, month);
        node.end(execution, status);
        return execution.getExecutionId();
    }

    private static void grows(TestNode node, int days, long... executions) {
        for (long execution : executions) {
            node.database.execute(
                    "update BATCH_JOB_EXECUTION set CREATE_TIME = CREATE_TIME - interval '" + days
                            + "' day, END_TIME = END_TIME - interval '" + days + "' day where JOB_EXECUTION_ID = ?",
                    execution);
        }
    }

    private Kind refusal(TestNode node, String month) {
        try {
            node.start(job, MONTH, month);
        } catch (LaunchRefusedException e) {
            assertThat(explained(node, month)).isEqualTo(e.refusal());
            return e.refusal().kind();
        }
        throw new AssertionError("it started");
    }

    private LaunchDecision explained(TestNode node, String month) {
        return node.repository.launching().explain(job, TestNode.parameters(MONTH, month));
    }

    private List<String> instances(TestNode node) {
        return node.database.rows("""
                select i.REPRISE_FINAL_STATUS, i.REPRISE_FINAL_EXECUTION, count(e.JOB_EXECUTION_ID)
                  from BATCH_JOB_INSTANCE i
                  left join BATCH_JOB_EXECUTION e on e.JOB_INSTANCE_ID = i.JOB_INSTANCE_ID
                 where i.JOB_NAME = ?
                 group by i.JOB_INSTANCE_ID, i.REPRISE_FINAL_STATUS, i.REPRISE_FINAL_EXECUTION
                 order by i.JOB_INSTANCE_ID""", job.getId());
    }

    @ParameterizedTest
    @EnumSource
    void whatCompletedStaysRefusedWhenItsHistoryIsGone(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        long failed = ended(node, "1", BatchStatus.FAILED);
        JobExecutionImpl again = node.rerun(failed, job);
        node.end(again, BatchStatus.COMPLETED);
        long abandoned = ended(node, "2", BatchStatus.FAILED);
        JobExecutionImpl loaded = node.load(abandoned, job);
        loaded.setBatchStatus(BatchStatus.ABANDONED);
        node.repository.updateJobExecution(loaded, false, false);
        long young = ended(node, "3", BatchStatus.COMPLETED);
        grows(node, 2, failed, again.getExecutionId(), abandoned);

        PurgeSummary summary = purge(node, ofJob());

        assertThat(summary.executions()).isEqualTo(3);
        assertThat(summary.instances()).isEqualTo(2);
        assertThat(summary.removed())
                .isEqualTo(Map.of(job.getId(), new TreeMap<>(Map.of("COMPLETED", 2L, "ABANDONED", 1L))));
        assertThat(summary.spared()).isEqualTo(Map.of(Spared.YOUNG, 1L));
        assertThat(instances(node))
                .containsExactly(
                        "COMPLETED|" + again.getExecutionId() + "|0", "ABANDONED|" + abandoned + "|0", "null|null|1");
        assertThat(refusal(node, "1")).isEqualTo(Kind.ALREADY_COMPLETE);
        assertThat(refusal(node, "2")).isEqualTo(Kind.ABANDONED);
        assertThat(refusal(node, "3")).isEqualTo(Kind.ALREADY_COMPLETE);
        assertThat(explained(node, "1").message())
                .matches("(?s).* is already complete \\(execution " + again.getExecutionId()
                        + ", \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d; purged since\\)\\. Change an identifying.*");
        assertThat(node.repository.getJobExecution(failed)).isNull();
        assertThat(node.repository.getJobExecution(young)).isNotNull();
        assertThat(node.repository.history().instances(job.getId(), Long.MAX_VALUE, 10))
                .extracting(instance -> instance.last() == null)
                .containsExactly(false, true, true);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsForgottenRunsAgain(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        long completed = ended(node, "1", BatchStatus.COMPLETED);
        long last = ended(node, "2", BatchStatus.COMPLETED);
        grows(node, 2, completed, last);

        assertThat(purge(node, ofJob().forgettingIdentity()).executions()).isEqualTo(1);

        assertThat(instances(node)).containsExactly("null|null|1");
        assertThat(explained(node, "1")).isInstanceOf(LaunchDecision.Start.class);
        assertThat(node.start(job, MONTH, "1").getExecutionId()).isGreaterThan(last);
        assertThat(refusal(node, "2")).isEqualTo(Kind.ALREADY_COMPLETE);
    }

    /** A restart goes on with what all the executions of its instance did. */
    @ParameterizedTest
    @EnumSource
    void whatCanBeRestartedStaysWhole(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl first = node.run(job, MONTH, "1");
        node.end(node.step(first, "extract"), BatchStatus.COMPLETED);
        StepExecutionImpl load = node.step(first, "load");
        node.commit(first, load, new Chunk(10, 0, "10"));
        node.end(load, BatchStatus.FAILED);
        node.end(first, BatchStatus.FAILED);
        JobExecutionImpl second = node.rerun(first.getExecutionId(), job);
        node.end(second, BatchStatus.STOPPED);
        long newest = ended(node, "2", BatchStatus.COMPLETED);
        grows(node, 2, first.getExecutionId(), second.getExecutionId(), newest);
        Map<String, Long> before = node.database.rowCounts();

        PurgeSummary spared = purge(node, ofJob());

        assertThat(spared.executions()).isZero();
        assertThat(spared.spared()).isEqualTo(Map.of(Spared.RESTARTABLE, 2L, Spared.NEWEST, 1L));
        before.remove("REPRISE_TALLY");
        assertThat(node.database.rowCounts()).containsAllEntriesOf(before);
        assertThat(node.original("extract", second).getBatchStatus()).isEqualTo(BatchStatus.COMPLETED);

        PurgeRequest stopped = ofJob().includingRestartable().withStatus("STOPPED");
        assertThat(purge(node, stopped).executions()).isEqualTo(2);
        assertThat(instances(node)).containsExactly("null|null|1");
        assertThat(explained(node, "1")).isInstanceOf(LaunchDecision.Start.class);
    }

    @ParameterizedTest
    @EnumSource
    void whatRunsOrIsUnknownOrAboutToBeRestartedStays(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl running = node.run(job, MONTH, "running");
        long unknown = ended(node, "unknown", BatchStatus.COMPLETED);
        long unfinished = ended(node, "unfinished", BatchStatus.COMPLETED);
        long planned = ended(node, "planned", BatchStatus.FAILED);
        long newest = ended(node, "newest", BatchStatus.COMPLETED);
        grows(node, 2, running.getExecutionId(), unknown, unfinished, planned, newest);
        node.database.execute("update BATCH_JOB_EXECUTION set STATUS = 'UNKNOWN' where JOB_EXECUTION_ID = ?", unknown);
        node.database.execute(
                "update BATCH_JOB_EXECUTION set STATUS = 'STARTED', END_TIME = null where JOB_EXECUTION_ID = ?",
                unfinished);
        node.database.execute("""
                insert into REPRISE_RESTART (JOB_INSTANCE_ID, JOB_EXECUTION_ID, APPLICATION, ATTEMPT, NOT_BEFORE)
                select JOB_INSTANCE_ID, JOB_EXECUTION_ID, 'another', 1, current_timestamp
                  from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = ?""", planned);

        PurgeSummary summary =
                purge(node, ofJob().includingRestartable().forgettingIdentity().keepingNewest(0));

        assertThat(summary.spared())
                .isEqualTo(Map.of(Spared.RUNNING, 1L, Spared.UNKNOWN, 2L, Spared.TO_BE_RESTARTED, 1L));
        assertThat(summary.executions()).isEqualTo(1);
        assertThat(node.other("node-2").repository.getJobExecution(newest)).isNull();
        node.end(running, BatchStatus.COMPLETED);
        assertThat(node.status(running.getExecutionId())).isEqualTo("COMPLETED");
    }

    @ParameterizedTest
    @EnumSource
    void leavesNothingOfAnExecutionBehind(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.migrated(kind));
        JobExecutionImpl execution = node.run(job, MONTH, "1", "-password", "open sesame");
        StepExecutionImpl load = node.step(execution, "load");
        PartitionExecutionImpl partition = node.partition(load, 0, null);
        node.commit(execution, partition, new Chunk(10, 0, "10"));
        node.end(execution, partition, BatchStatus.COMPLETED);
        load.setException(new IllegalStateException("broken"));
        node.end(load, BatchStatus.FAILED);
        node.end(execution, BatchStatus.FAILED);
        node.database.execute("""
                insert into REPRISE_TRANSITION (JOB_EXECUTION_ID, ELEMENT, EXIT_STATUS, KIND, PATTERN, TARGET, TAKEN_AT)
                values (?, 'load', 'FAILED', 'END', 'FAILED', null, current_timestamp)""", execution.getExecutionId());
        node.database.execute(
                "insert into BATCH_JOB_EXECUTION_CONTEXT values (?, 'x', null)", execution.getExecutionId());
        node.database.execute(
                "insert into BATCH_STEP_EXECUTION_CONTEXT values (?, 'x', null)", load.getStepExecutionId());
        List<PurgedExecution> archived = new ArrayList<>();

        PurgeSummary summary = purge(
                node,
                PurgeRequest.olderThan(Duration.ZERO)
                        .includingRestartable()
                        .forgettingIdentity()
                        .keepingNewest(0),
                archived::addAll);

        assertThat(summary.executions()).isEqualTo(1);
        Map<String, Long> left = new HashMap<>(node.database.rowCounts());
        // A definition is its job's, not an execution's.
        left.keySet()
                .removeIf(table ->
                        table.toUpperCase(Locale.ROOT).matches("REPRISE_(NODE|TALLY|DEFINITION|SCHEMA_HISTORY)"));
        assertThat(left.values()).containsOnly(0L);
        PurgedExecution gone = archived.get(0);
        assertThat(gone.execution().id()).isEqualTo(execution.getExecutionId());
        assertThat(gone.key()).hasSize(32);
        assertThat(gone.execution().parameters().byName().values())
                .extracting(JobParameter::shown)
                .containsExactly("1", JobParameter.MASK);
        assertThat(gone.steps()).extracting(StepState::name).containsExactly("load", "load:partition0");
        assertThat(gone.steps().get(1).counts().written()).isEqualTo(10);
        assertThat(gone.transitions()).extracting(TransitionTaken::element).containsExactly("load");
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheNewestOfEachJob(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        long[] executions = new long[5];
        for (int i = 0; i < executions.length; i++) {
            executions[i] = ended(node, "" + i, BatchStatus.COMPLETED);
        }
        grows(node, 2, executions);

        assertThat(purge(node, ofJob().keepingNewest(2)).spared()).isEqualTo(Map.of(Spared.NEWEST, 2L));

        assertThat(node.repository.getJobExecutionsByJob(job.getId())).containsExactly(executions[4], executions[3]);
    }

    /** Otherwise they would begin at numbers that are taken. */
    @ParameterizedTest
    @EnumSource
    void numberedRunsGoOnAfterAPurge(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        long last = 0;
        long first = 0;
        for (int run = 1; run <= 3; run++) {
            JobExecutionImpl execution = node.run(job, "run.id", "" + run);
            node.end(execution, run == 1 ? BatchStatus.FAILED : BatchStatus.COMPLETED);
            first = run == 1 ? execution.getExecutionId() : first;
            last = execution.getExecutionId();
        }
        // The newest execution is not of the newest instance.
        JobExecutionImpl restarted = node.rerun(first, job);
        node.end(restarted, BatchStatus.COMPLETED);
        grows(node, 2, first, first + 1, last, restarted.getExecutionId());

        assertThat(purge(node, ofJob()).executions()).isEqualTo(1);

        assertThat(node.repository.recorded().newestValueOf(job.getId(), "run.id"))
                .hasValue("3");
    }

    /** Nobody can ask for them again, so nothing is kept to refuse them. */
    @ParameterizedTest
    @EnumSource
    void leavesNothingOfInstancesWithoutAnIdentity(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        Job none = TestNode.jobWithoutIdentity();
        for (int i = 0; i < 3; i++) {
            JobExecutionImpl execution = node.start(none, new Properties());
            node.end(execution, BatchStatus.COMPLETED);
            grows(node, 2, execution.getExecutionId());
        }

        assertThat(purge(node, A_DAY_OLD.ofJob(none.getId())).executions()).isEqualTo(2);

        assertThat(node.database.row("select count(*) from BATCH_JOB_INSTANCE where JOB_NAME = ?", none.getId()))
                .isEqualTo("1");
        assertThat(node.repository.getJobInstanceCount(none.getId())).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void aDryRunSaysWhatWouldGoAndRemovesNothing(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        long old = ended(node, "1", BatchStatus.COMPLETED);
        long newest = ended(node, "2", BatchStatus.COMPLETED);
        grows(node, 2, old, newest);
        Map<String, Long> before = node.database.rowCounts();

        PurgeSummary would = purge(node, ofJob().dryRun());

        assertThat(node.database.rowCounts()).isEqualTo(before);
        assertThat(would.text())
                .matches("would remove 1 executions of 1 instances: " + job.getId()
                        + " 1 COMPLETED; ended \\S+ to \\S+; spared 1 among the newest");
        PurgeSummary did = purge(node, ofJob());
        assertThat(did.removed()).isEqualTo(would.removed());
        assertThat(did.oldest()).isNotNull().isEqualTo(would.oldest());
    }

    /** A purge that died is run again, and goes on where it was. */
    @ParameterizedTest
    @EnumSource
    void goesOnFromAPosition(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        long first = ended(node, "1", BatchStatus.COMPLETED);
        long second = ended(node, "2", BatchStatus.COMPLETED);
        long third = ended(node, "3", BatchStatus.COMPLETED);
        grows(node, 2, first, second, third);
        Purges purges = node.repository.purges();

        Purges.Page rest = purges.walk(ofJob()).look(new Purges.Position(first, second));

        assertThat(rest.instances()).extracting(PurgeCandidate::first).containsExactly(second);
        assertThat(rest.last()).isTrue();
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertRefused(PurgeRequest.olderThan(Duration.ofDays(-1)), "below zero");
        assertRefused(A_DAY_OLD.keepingNewest(-1), "write 0 to 1000000");
        assertRefused(A_DAY_OLD.keepingNewest(0), "keep 1 or more, or forget identities too");
        assertRefused(A_DAY_OLD.withStatus("DONE"), "'DONE'; there are [ABANDONED, COMPLETED, FAILED, STOPPED]");
        assertRefused(A_DAY_OLD.withStatus("FAILED"), "what is FAILED can still be restarted");
    }

    private static void assertRefused(PurgeRequest request, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(request::checked)
                .withMessageStartingWith("The history is not purged: ")
                .withMessageContaining(why);
    }
}
