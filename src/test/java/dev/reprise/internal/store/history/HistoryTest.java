package dev.reprise.internal.store.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.groups.Tuple.tuple;

import dev.reprise.Patience;
import dev.reprise.database.WatchedDatabase;
import dev.reprise.internal.checkpoint.Checkpoints;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.Text;
import dev.reprise.internal.engine.TestDatabase;
import dev.reprise.internal.engine.TestNode;
import dev.reprise.internal.engine.TestNode.Chunk;
import dev.reprise.internal.store.AuditLog;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.internal.store.Scope;
import dev.reprise.state.AuditEntry;
import dev.reprise.state.ExecutionSearch;
import dev.reprise.state.ExecutionState;
import dev.reprise.state.NodeState;
import dev.reprise.state.StepActivity;
import dev.reprise.state.StepState;
import jakarta.batch.runtime.BatchStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What operators look for is found page by page, and nothing else. */
class HistoryTest {

    private static final long FIRST_PAGE = Long.MAX_VALUE;

    private static List<Long> ids(List<ExecutionState> executions) {
        return executions.stream().map(ExecutionState::id).toList();
    }

    private static ExecutionSearch search(
            Job job, @Nullable Instant since, @Nullable Instant until, String... statuses) {
        return new ExecutionSearch(job.getId(), Set.of(statuses), false, null, since, until);
    }

    @ParameterizedTest
    @EnumSource
    void findsExecutionsByWhatTheyAre(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        History history = node.repository.history();
        Job job = TestNode.job();
        JobExecutionImpl completed = node.run(job, "run", "1", "-note", "x");
        node.end(completed, BatchStatus.COMPLETED, "FINE");
        JobExecutionImpl failed = node.run(job, "run", "2");
        node.end(failed, BatchStatus.FAILED);
        JobExecutionImpl running = node.run(job, "run", "3");
        long c = completed.getExecutionId();
        long f = failed.getExecutionId();
        long r = running.getExecutionId();

        assertThat(ids(history.executions(ExecutionSearch.ofJob(job.getId()), FIRST_PAGE, 10)))
                .containsExactly(r, f, c);
        assertThat(ids(history.executions(ExecutionSearch.ofJob(job.getId()), r, 1)))
                .as("a page")
                .containsExactly(f);
        assertThat(ids(history.executions(search(job, null, null, "FAILED", "COMPLETED"), FIRST_PAGE, 10)))
                .containsExactly(f, c);
        assertThat(ids(history.executions(
                        new ExecutionSearch(job.getId(), Set.of(), true, null, null, null), FIRST_PAGE, 10)))
                .as("owned")
                .containsExactly(r);
        assertThat(ids(history.executions(
                        new ExecutionSearch(job.getId(), Set.of(), false, "node-1", null, null), FIRST_PAGE, 10)))
                .hasSize(3);
        assertThat(history.executions(
                        new ExecutionSearch(job.getId(), Set.of(), false, "node-2", null, null), FIRST_PAGE, 10))
                .isEmpty();
        assertThat(ids(history.running(1000))).contains(r).doesNotContain(f, c);

        ExecutionState found = history.execution(c).orElseThrow();
        assertThat(found.job()).isEqualTo(job.getId());
        assertThat(found.status()).isEqualTo("COMPLETED");
        assertThat(found.exitStatus()).isEqualTo("FINE");
        assertThat(found.submitter()).isEqualTo("somebody");
        assertThat(found.parameters().identifying()).containsOnlyKeys("run");
        assertThat(found.parameters().byName()).containsOnlyKeys("run", "note");
        assertThat(found.owned()).isFalse();
        assertThat(found.ended()).isNotNull();
        ExecutionState live = history.execution(r).orElseThrow();
        assertThat(live.owned()).isTrue();
        assertThat(live.exitStatus()).isNull();
        assertThat(history.execution(Long.MAX_VALUE)).isEmpty();
    }

    /** A connection keeps what it has prepared: a text for each number of applications, as long as they are many, would fill memory. */
    @ParameterizedTest
    @EnumSource
    void howManyApplicationsAreSeenChangesNoStatement(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.shared(kind);
        TestNode node = TestNode.on(database);
        Job job = TestNode.job();
        List<Long> newest = new ArrayList<>();
        for (String run : List.of("1", "2")) {
            JobExecutionImpl failed = node.run(job, "run", run);
            node.end(failed, BatchStatus.FAILED);
            newest.add(0, failed.getExecutionId());
        }
        String own = node.identity.application();

        Set<String> few = statements(database, Set.of(own), job, newest);
        Set<String> many = statements(
                database,
                Stream.concat(Stream.of(own), IntStream.range(0, 50).mapToObj(i -> "application-" + i))
                        .collect(Collectors.toSet()),
                job,
                newest);

        assertThat(many).isEqualTo(few).allSatisfy(sql -> assertThat(sql).hasSizeLessThan(2_500));
    }

    private static Set<String> statements(TestDatabase database, Set<String> seen, Job job, List<Long> newest) {
        WatchedDatabase watched = database.watched();
        History history = new History(
                new Database(database.pooled(), TestDatabase.TRANSACTIONS),
                new Checkpoints(HistoryTest.class.getClassLoader(), ""),
                () -> Scope.of("application-of-nothing", seen),
                Duration.ofMinutes(1));
        watched.startRecording();
        assertThat(ids(history.executions(ExecutionSearch.ofJob(job.getId()), FIRST_PAGE, 10)))
                .isEqualTo(newest);
        assertThat(ids(history.executions(search(job, null, null, "FAILED", "STOPPED"), FIRST_PAGE, 10)))
                .isEqualTo(newest);
        assertThat(ids(history.unfinished(10).executions())).containsSubsequence(newest);
        assertThat(ids(history.changedSince(history.now().minusSeconds(600)))).containsSubsequence(newest);
        assertThat(history.instances(job.getId(), FIRST_PAGE, 10)).hasSize(2);
        return Set.copyOf(watched.stopRecording().sql());
    }

    @ParameterizedTest
    @EnumSource
    void findsExecutionsOfSeveralJobsAndNodes(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        History history = node.repository.history();
        Job one = TestNode.job();
        Job other = TestNode.job();
        JobExecutionImpl failed = node.run(one, "run", "1");
        node.end(failed, BatchStatus.FAILED);
        JobExecutionImpl completed = node.run(other, "run", "1");
        node.end(completed, BatchStatus.COMPLETED);
        long running = node.run(other, "run", "2").getExecutionId();
        node.run(TestNode.job(), "run", "1");
        Set<String> both = Set.of(one.getId(), other.getId(), "never ran");

        assertThat(ids(history.executions(
                        new ExecutionSearch(both, Set.of(), false, null, null, null), FIRST_PAGE, 10)))
                .containsExactly(running, completed.getExecutionId(), failed.getExecutionId());
        assertThat(ids(history.executions(new ExecutionSearch(both, Set.of(), false, null, null, null), running, 1)))
                .containsExactly(completed.getExecutionId());
        assertThat(ids(history.executions(
                        new ExecutionSearch(
                                both, Set.of("FAILED", "STOPPED"), false, Set.of("node-1", "x"), null, null),
                        FIRST_PAGE,
                        10)))
                .containsExactly(failed.getExecutionId());
        assertThat(ids(history.executions(
                        new ExecutionSearch(both, Set.of(), true, Set.of("node-1"), null, null), FIRST_PAGE, 10)))
                .containsExactly(running);
        assertThat(history.executions(
                        new ExecutionSearch(Set.of(), Set.of(), false, (Set<String>) null, null, null), FIRST_PAGE, 10))
                .isEmpty();
        assertThat(history.newestOfEach(both, 1))
                .containsOnlyKeys(one.getId(), other.getId())
                .hasEntrySatisfying(
                        other.getId(), newest -> assertThat(ids(newest)).containsExactly(running));
        assertThat(history.newestOfEach(both, 2))
                .hasEntrySatisfying(
                        other.getId(),
                        newest -> assertThat(ids(newest)).containsExactly(running, completed.getExecutionId()));
        assertThat(history.jobNames()).contains(one.getId(), other.getId());
        assertThat(history.nodeNames()).contains("node-1");
    }

    @ParameterizedTest
    @EnumSource
    void findsExecutionsByTime(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.shared(kind);
        TestNode node = TestNode.on(database);
        History history = node.repository.history();
        Job job = TestNode.job();
        long old = node.run(job, "run", "1").getExecutionId();
        database.execute("update BATCH_JOB_EXECUTION set CREATE_TIME = CREATE_TIME - interval '2' day"
                + " where JOB_EXECUTION_ID = " + old);
        long fresh = node.run(job, "run", "2").getExecutionId();
        Instant yesterday = history.now().minus(Duration.ofDays(1));
        Instant later = history.now().plus(Duration.ofHours(1));

        assertThat(ids(history.executions(search(job, yesterday, null), FIRST_PAGE, 10)))
                .containsExactly(fresh);
        assertThat(ids(history.executions(search(job, null, yesterday), FIRST_PAGE, 10)))
                .containsExactly(old);
        assertThat(history.executions(search(job, later, null), FIRST_PAGE, 10)).isEmpty();
        assertThat(ids(history.executions(search(job, null, later), FIRST_PAGE, 10)))
                .containsExactly(fresh, old);
    }

    @ParameterizedTest
    @EnumSource
    void knowsWhatIsLeftUndone(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        History history = node.repository.history();
        Job job = TestNode.job();
        JobExecutionImpl restarted = node.run(job, "run", "1");
        node.end(restarted, BatchStatus.FAILED);
        JobExecutionImpl again = node.rerun(restarted.getExecutionId(), job);
        node.end(again, BatchStatus.COMPLETED);
        JobExecutionImpl left = node.run(job, "run", "2");
        node.end(left, BatchStatus.FAILED);
        JobExecutionImpl stopped = node.run(job, "run", "3");
        node.end(stopped, BatchStatus.STOPPED);

        assertThat(ids(history.unfinished(1000).executions()))
                .contains(left.getExecutionId(), stopped.getExecutionId())
                .doesNotContain(restarted.getExecutionId(), again.getExecutionId());
        assertThat(history.place(history.execution(again.getExecutionId()).orElseThrow()))
                .isEqualTo(new History.Place(2, restarted.getExecutionId(), null));
        assertThat(history.place(history.execution(restarted.getExecutionId()).orElseThrow()))
                .isEqualTo(new History.Place(1, null, again.getExecutionId()));
        assertThat(history.instances(job.getId(), FIRST_PAGE, 10))
                .extracting(instance ->
                        instance.last() == null ? -1 : instance.last().id())
                .containsExactly(stopped.getExecutionId(), left.getExecutionId(), again.getExecutionId());
    }

    @ParameterizedTest
    @EnumSource
    void tellsWhatChangedAndWhatStepsDo(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        History history = node.repository.history();
        JobExecutionImpl execution = node.run(TestNode.job());
        StepExecutionImpl step = node.step(execution, "spread");
        PartitionExecutionImpl first = node.partition(step, 0, null);
        node.commit(execution, first, new Chunk(10, 0, "at 10"));
        node.end(execution, first, BatchStatus.COMPLETED);
        PartitionExecutionImpl second = node.partition(step, 1, null);
        node.commit(execution, second, new Chunk(7, 0, "at 7"));
        long id = execution.getExecutionId();

        // What a partition has read is added to its step when it ends.
        assertThat(history.activity(List.of(id)))
                .extracting(StepActivity::step, StepActivity::running, StepActivity::read, StepActivity::checkpoint)
                .containsExactly(
                        tuple("spread", true, 10L, null),
                        tuple("spread:partition0", false, 10L, null),
                        tuple("spread:partition1", true, 7L, "at 7"));
        assertThat(history.steps(List.of(id)).get(id))
                .extracting(StepState::name)
                .as("without partitions")
                .containsExactly("spread");

        Instant before = history.now();
        assertThat(ids(history.changedSince(before.plus(Patience.GUARD)))).doesNotContain(id);
        node.end(execution, BatchStatus.FAILED);
        assertThat(ids(history.changedSince(before.minusSeconds(1)))).contains(id);
    }

    @ParameterizedTest
    @EnumSource
    void seesNodes(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        TestNode other = node.other("node-2");
        node.run(TestNode.job());
        node.run(TestNode.job());
        new NodeRegistry(node.database.pooled(), TestDatabase.TRANSACTIONS).leave(other.identity);

        assertThat(node.repository.history().nodes())
                .extracting(NodeState::name, NodeState::alive, NodeState::running)
                .containsExactly(tuple("node-1", true, 2), tuple("node-2", false, 0));
        node.leaseExpires();
        assertThat(node.repository.history().nodes())
                .extracting(NodeState::alive)
                .containsExactly(false, false);
    }

    @Test
    void aStatusThatDoesNotExistIsRefusedBeforeItComesNearAStatement() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new ExecutionSearch((String) null, Set.of("FAILED') or 1=1 --"), false, null, null, null));
    }

    @ParameterizedTest
    @EnumSource
    void recordsWhoDidWhat(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        AuditLog audit = node.repository.audit();
        String user = "user-" + node.identity.application();
        for (int i = 0; i < 3; i++) {
            audit.append(entry(user, 7L, "refused", "again".repeat(1000)));
        }
        audit.append(entry(user, 8L, "done", null));

        List<AuditEntry> all = audit.page(user, null, FIRST_PAGE, 10);
        assertThat(all).extracting(AuditEntry::executionId).containsExactly(8L, 7L, 7L, 7L);
        assertThat(all.get(0).address()).isEqualTo("192.0.2.1");
        assertThat(all.get(0).at()).isAfter(Instant.EPOCH);
        assertThat(all.get(1).detail()).endsWith("…").hasSize(Text.TEXT_COLUMN);
        assertThat(audit.page(user, null, all.get(1).id(), 1)).containsExactly(all.get(2));
        assertThat(audit.page(user, 8L, FIRST_PAGE, 10)).containsExactly(all.get(0));
        assertThat(audit.refused(3))
                .extracting(AuditLog.Refused::job, AuditLog.Refused::instanceId, AuditLog.Refused::times)
                .containsExactly(tuple("flights", 1L, 3));
        assertThat(audit.refused(4)).isEmpty();
    }

    private static AuditEntry entry(String user, long execution, String outcome, @Nullable String detail) {
        return new AuditEntry(0, Instant.EPOCH, user, "192.0.2.1", "launch", "flights", 1L, execution, outcome, detail);
    }
}
