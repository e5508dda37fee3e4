package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.PostgresServer;
import dev.reprise.identity.JobIdentity;
import dev.reprise.identity.JobParameters;
import dev.reprise.internal.database.Schema;
import dev.reprise.internal.engine.TestNode.Chunk;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.internal.store.history.History;
import dev.reprise.internal.store.purge.Purges;
import dev.reprise.state.AuditEntry;
import dev.reprise.state.DueRestart;
import dev.reprise.state.ExecutionSearch;
import dev.reprise.state.ExecutionState;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.PurgeRequest;
import dev.reprise.state.Refusal;
import dev.reprise.state.Refusal.Kind;
import jakarta.batch.operations.JobRestartException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobInstance;
import jakarta.batch.runtime.StepExecution;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/** contract.md §8.1: two applications on one database do not meet, unless one wants to. */
class ApplicationsTest {

    private static final String[] MONTH = {"month", "2001-01"};

    private final String red = "red-" + UUID.randomUUID();
    private final String blue = "blue-" + UUID.randomUUID();
    private final String green = "green-" + UUID.randomUUID();
    private final Job job = TestNode.job();

    private static TestNode node(TestDatabase database, String application) {
        return TestNode.of(database, application, "node-1");
    }

    private static Refusal refusal(Runnable launch) {
        LaunchRefusedException refused = catchThrowableOfType(LaunchRefusedException.class, launch::run);
        assertThat(refused).as("nothing was refused").isNotNull();
        return refused.refusal();
    }

    private static Kind kind(Runnable launch) {
        return refusal(launch).kind();
    }

    private static JobExecutionImpl failed(TestNode node, Job job, String... parameters) {
        JobExecutionImpl execution = node.run(job, parameters);
        node.end(execution, BatchStatus.FAILED);
        return execution;
    }

    private static String applications(TestDatabase database, JobExecutionImpl execution) {
        return database.row("""
                select i.REPRISE_APPLICATION, e.REPRISE_APPLICATION
                  from BATCH_JOB_EXECUTION e
                  join BATCH_JOB_INSTANCE i on i.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID
                 where e.JOB_EXECUTION_ID = ?""", execution.getExecutionId());
    }

    /** As Spring Batch leaves it, and every version before the column. */
    private static void disown(TestDatabase database, JobExecutionImpl execution) {
        long instance = execution.getJobInstance().getInstanceId();
        database.execute("update BATCH_JOB_INSTANCE set REPRISE_APPLICATION = '' where JOB_INSTANCE_ID = ?", instance);
        database.execute("update BATCH_JOB_EXECUTION set REPRISE_APPLICATION = '' where JOB_INSTANCE_ID = ?", instance);
    }

    // ---- Whose an instance is

    /** Whatever has become of it: while it runs, when it has failed, and when it is complete. */
    @ParameterizedTest
    @EnumSource
    void refusesWhatIsAnothersAndNamesIt(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode owner = node(database, blue);
        TestNode stranger = node(database, red);
        JobExecutionImpl execution = owner.run(job, MONTH);
        for (BatchStatus status : List.of(BatchStatus.STARTED, BatchStatus.FAILED, BatchStatus.COMPLETED)) {
            if (status != BatchStatus.STARTED) {
                execution = status == BatchStatus.FAILED ? execution : owner.rerun(execution.getExecutionId(), job);
                owner.end(execution, status);
            }
            long id = execution.getExecutionId();
            Map<String, Long> before = database.rowCounts();

            Refusal refusal = refusal(() -> stranger.start(job, MONTH));

            assertThat(refusal.kind()).as("%s", status).isEqualTo(Kind.OTHER_APPLICATION);
            assertThat(refusal.instanceId())
                    .isEqualTo(execution.getJobInstance().getInstanceId());
            assertThat(refusal.message())
                    .contains("2001-01", "'" + blue + "'", "'" + red + "'", "reprise.share=" + blue)
                    .doesNotContain("\n");
            assertThat(kind(() -> stranger.restart(id, job))).isEqualTo(Kind.OTHER_APPLICATION);
            assertThat(stranger.repository.launching().explain(job, TestNode.parameters(MONTH)))
                    .isInstanceOfSatisfying(
                            Refusal.class,
                            explained -> assertThat(explained.message()).isEqualTo(refusal.message()));
            assertThat(database.rowCounts()).isEqualTo(before);
        }
        assertThat(applications(database, execution)).isEqualTo(blue + "|" + blue);
    }

    /** Also where the way to PostgreSQL does not take several statements in one text. */
    @Test
    void refusesWhatIsAnothersOneStatementAtATime() {
        TestDatabase database = TestDatabase.migrated(TestDatabase.Kind.POSTGRESQL);
        database.watched().takesOneStatementAtATime();
        JobExecutionImpl execution = failed(node(database, blue), job, MONTH);
        TestNode stranger = node(database, red);

        assertThat(kind(() -> stranger.start(job, MONTH))).isEqualTo(Kind.OTHER_APPLICATION);
        assertThat(kind(() -> stranger.restart(execution.getExecutionId(), job)))
                .isEqualTo(Kind.OTHER_APPLICATION);
        JobExecutionImpl again = node(database, blue).restart(execution.getExecutionId(), job);
        assertThat(applications(database, again)).isEqualTo(blue + "|" + blue);
    }

    @ParameterizedTest
    @EnumSource
    void stopsAndAbandonsNothingOfAnothers(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode owner = node(database, blue);
        TestNode stranger = node(database, red);
        JobExecutionImpl running = owner.run(job, MONTH);
        JobExecutionImpl failed = failed(owner, job, "month", "2001-02");
        JobExecutionImpl seen = stranger.load(running.getExecutionId(), job);
        JobExecutionImpl given = stranger.load(failed.getExecutionId(), job);
        given.setBatchStatus(BatchStatus.ABANDONED);

        assertThat(refusal(() -> stranger.repository.stopJobExecution(seen)).message())
                .contains("Execution " + running.getExecutionId(), "'" + blue + "'");
        assertThat(kind(() -> stranger.repository.updateJobExecution(given, false, false)))
                .isEqualTo(Kind.OTHER_APPLICATION);
        seen.setBatchStatus(BatchStatus.FAILED);
        assertThat(catchThrowableOfType(
                        JobRestartException.class, () -> stranger.repository.updateJobExecution(seen, false, false)))
                .hasMessageContaining(blue);
        assertThat(kind(() -> stranger.repository.refused().refuseOthers(failed.getExecutionId())))
                .isEqualTo(Kind.OTHER_APPLICATION);

        assertThat(owner.status(running.getExecutionId())).isEqualTo("STARTING");
        assertThat(owner.status(failed.getExecutionId())).isEqualTo("FAILED");
        owner.repository.refused().refuseOthers(running.getExecutionId());
        owner.repository.stopJobExecution(running);
        assertThat(owner.status(running.getExecutionId())).isEqualTo("STOPPING");
    }

    /** Without an identity each start is an instance, and so the application's that starts it. */
    @ParameterizedTest
    @EnumSource
    void startsWhatHasNoIdentityInEach(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        Job free = TestNode.jobWithoutIdentity();
        JobExecutionImpl blues = failed(node(database, blue), free);
        TestNode stranger = node(database, red);
        JobExecutionImpl reds = failed(stranger, free);

        assertThat(applications(database, blues)).isEqualTo(blue + "|" + blue);
        assertThat(applications(database, reds)).isEqualTo(red + "|" + red);
        assertThat(kind(() -> stranger.restart(blues.getExecutionId(), free))).isEqualTo(Kind.OTHER_APPLICATION);
        stranger.restart(reds.getExecutionId(), free);
    }

    // ---- Races

    /** Two applications ask for one identity at once, from several threads: all executions of it are one's. */
    @ParameterizedTest
    @EnumSource
    void givesAnIdentityToOneOfTwoThatRace(TestDatabase.Kind kind) throws Exception {
        TestDatabase database = TestDatabase.migrated(kind);
        List<TestNode> nodes = List.of(node(database, red), node(database, blue));
        for (int round = 0; round < 30; round++) {
            String month = "m" + round;
            List<String> answers = race(nodes, node -> node.start(job, "month", month));

            assertThat(answers)
                    .filteredOn(answer -> answer.startsWith("started"))
                    .hasSize(1);
            String winner = answers.stream()
                    .filter(answer -> answer.startsWith("started"))
                    .findFirst()
                    .orElseThrow();
            String name = winner.substring("started ".length());
            assertThat(answers)
                    .filteredOn(answer -> !answer.endsWith(name))
                    .allMatch(answer -> answer.startsWith("OTHER_APPLICATION"))
                    .hasSize(4);
            assertThat(answers)
                    .filteredOn(answer -> answer.endsWith(name) && !answer.equals(winner))
                    .allMatch(answer -> answer.startsWith("ALREADY_RUNNING"));
        }
        assertThat(database.rows("""
                select e.JOB_EXECUTION_ID
                  from BATCH_JOB_EXECUTION e
                  join BATCH_JOB_INSTANCE i on i.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID
                  join REPRISE_OWNER o on o.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
                 where o.APPLICATION = i.REPRISE_APPLICATION and o.APPLICATION = e.REPRISE_APPLICATION""")).hasSize(30);
    }

    /** What is nobody's is made one's own and restarted by one of the two. */
    @ParameterizedTest
    @EnumSource
    void givesWhatIsNobodysToOneOfTwoThatRace(TestDatabase.Kind kind) throws Exception {
        TestDatabase database = TestDatabase.migrated(kind);
        List<TestNode> nodes = List.of(node(database, red), node(database, blue));
        for (int round = 0; round < 20; round++) {
            JobExecutionImpl left = failed(nodes.get(0), job, "month", "m" + round);
            disown(database, left);

            List<String> answers = race(nodes, node -> node.restart(left.getExecutionId(), job));

            assertThat(answers)
                    .filteredOn(answer -> answer.startsWith("started"))
                    .hasSize(1);
            String winner = answers.stream()
                    .filter(answer -> answer.startsWith("started"))
                    .findFirst()
                    .orElseThrow();
            assertThat(winner)
                    .isEqualTo("started " + applications(database, left).split("\\|", 2)[0]);
            assertThat(database.row(
                            "select APPLICATION from REPRISE_OWNER where JOB_INSTANCE_ID = ?",
                            left.getJobInstance().getInstanceId()))
                    .isEqualTo(winner.substring("started ".length()));
        }
        assertThat(nodes.stream()
                        .mapToInt(node -> node.repository.getJobInstanceCount(job.getId()))
                        .sum())
                .isEqualTo(20);
        for (TestNode node : nodes) {
            assertThat(node.repository.getJobInstanceCount(job.getId()))
                    .isEqualTo(node.repository
                            .getJobInstances(job.getId())
                            .subList(0, 20)
                            .size());
        }
    }

    /** Four threads of each node; what each was answered, and by whom. */
    private static List<String> race(List<TestNode> nodes, Consumer<TestNode> launch) throws Exception {
        List<TestNode> askers = nodes.stream()
                .flatMap(node -> Stream.of(node, node, node, node))
                .toList();
        ExecutorService pool = Executors.newFixedThreadPool(askers.size());
        try {
            CyclicBarrier together = new CyclicBarrier(askers.size());
            List<Future<String>> asked = new ArrayList<>();
            for (TestNode asker : askers) {
                asked.add(pool.submit(() -> {
                    together.await(Patience.MINUTES, TimeUnit.MINUTES);
                    try {
                        launch.accept(asker);
                        return "started " + asker.identity.application();
                    } catch (LaunchRefusedException e) {
                        return e.refusal().kind() + " " + asker.identity.application();
                    }
                }));
            }
            List<String> answers = new ArrayList<>();
            for (Future<String> answer : asked) {
                answers.add(answer.get());
            }
            return answers;
        } finally {
            pool.shutdownNow();
        }
    }

    // ---- What is nobody's

    @ParameterizedTest
    @EnumSource
    void runsWhatIsNobodysAndThenItIsItsOwn(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode first = node(database, blue);
        TestNode second = node(database, red);
        JobExecutionImpl left = failed(first, job, MONTH);
        disown(database, left);
        long id = left.getExecutionId();
        for (TestNode node : List.of(first, second)) {
            assertThat(kind(() -> node.start(job, MONTH))).isEqualTo(Kind.RESTART_INSTEAD);
            assertThat(node.repository.launching().explain(job, TestNode.parameters(MONTH)))
                    .isInstanceOf(LaunchDecision.Restart.class);
            assertThat(node.repository.getJobExecutionsByJob(job.getId())).containsExactly(id);
            assertThat(node.repository.history().execution(id)).isPresent();
            assertThat(node.repository.getJobInstanceCount(job.getId())).isOne();
        }
        assertThat(applications(database, left)).isEqualTo("|");

        JobExecutionImpl again = second.rerun(id, job);

        assertThat(applications(database, left)).isEqualTo(red + "|" + red);
        assertThat(applications(database, again)).isEqualTo(red + "|" + red);
        second.end(again, BatchStatus.FAILED);
        assertThat(kind(() -> first.restart(again.getExecutionId(), job))).isEqualTo(Kind.OTHER_APPLICATION);
        assertThat(first.repository.getJobExecutionsByJob(job.getId())).isEmpty();
        assertThat(first.repository.getJobInstanceCount(job.getId())).isZero();
        assertThat(second.repository.getJobInstanceCount(job.getId())).isOne();
        second.restart(again.getExecutionId(), job);
    }

    /** Tables of the version before, with what an application has left in them. */
    @ParameterizedTest
    @EnumSource
    void runsWhatIsOlderThanTheColumn(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.ofVersion(kind, "9");
        String key = JobIdentity.of(job.getId(), JobParameters.ofProperties(TestNode.parameters(MONTH)))
                .key();
        database.execute(
                "insert into BATCH_JOB_INSTANCE (JOB_INSTANCE_ID, VERSION, JOB_NAME, JOB_KEY) values (1, 0, ?, ?)",
                job.getId(),
                key);
        database.execute("""
                insert into BATCH_JOB_EXECUTION
                    (JOB_EXECUTION_ID, VERSION, JOB_INSTANCE_ID, CREATE_TIME, END_TIME, STATUS, REPRISE_JOB_NAME)
                values (1, 0, 1, localtimestamp, localtimestamp, 'FAILED', ?)""", job.getId());
        database.execute(
                "insert into BATCH_JOB_EXECUTION_PARAMS values (1, 'month', 'java.lang.String', '2001-01', 'Y')");
        database.execute("insert into REPRISE_TALLY (JOB_NAME, COUNTED_TO, COUNTED) values (?, 1, 1)", job.getId());
        for (String sequence : List.of("BATCH_JOB_INSTANCE_SEQ", "BATCH_JOB_EXECUTION_SEQ")) {
            database.execute("alter sequence " + sequence + " restart with 100");
        }

        Schema.migrate(database.pooled());

        TestNode first = node(database, blue);
        TestNode second = node(database, red);
        assertThat(database.row("select REPRISE_APPLICATION from BATCH_JOB_INSTANCE"))
                .isEmpty();
        assertThat(ids(first.repository.history().unfinished(50).executions())).containsExactly(1L);
        assertThat(first.repository.getJobExecutionsByJob(job.getId())).containsExactly(1L);
        assertThat(second.repository.getJobInstanceCount(job.getId())).isOne();
        JobExecutionImpl again = first.rerun(1, job);
        assertThat(applications(database, again)).isEqualTo(blue + "|" + blue);
        assertThat(kind(() -> second.start(job, MONTH))).isEqualTo(Kind.OTHER_APPLICATION);
        assertThat(second.repository.getJobInstanceCount(job.getId())).isZero();
        assertThat(first.repository.getJobInstanceCount(job.getId())).isOne();
    }

    /** A column that another program leaves out, or empties. */
    @ParameterizedTest
    @EnumSource
    void takesAnInstanceWithoutExecutionsOfAnotherProgram(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode node = node(database, blue);
        JobExecutionImpl execution = node.run(job, MONTH);
        String key = database.row(
                "select JOB_KEY from BATCH_JOB_INSTANCE where JOB_INSTANCE_ID = ?",
                execution.getJobInstance().getInstanceId());
        for (String application : new String[] {"default", "null"}) {
            Job another = TestNode.job();
            database.execute(
                    "insert into BATCH_JOB_INSTANCE (JOB_INSTANCE_ID, VERSION, JOB_NAME, JOB_KEY, REPRISE_APPLICATION)"
                            + " values (?, 0, ?, ?, " + application + ")",
                    application.equals("null") ? 9001L : 9000L,
                    another.getId(),
                    key);

            assertThat(applications(database, node.start(another, MONTH))).isEqualTo(blue + "|" + blue);
        }
    }

    // ---- Lists

    /** Nothing changes in between: a database may remember what it has found. */
    @ParameterizedTest
    @EnumSource
    void listsEachPartThatItIsAskedFor(TestDatabase.Kind kind) {
        TestNode node = node(TestDatabase.migrated(kind), red);
        List<Long> newest = new ArrayList<>();
        for (int month = 1; month <= 4; month++) {
            newest.add(
                    0,
                    failed(node, job, "month", "2001-0" + month)
                            .getJobInstance()
                            .getInstanceId());
        }

        for (int from = 0; from <= 4; from++) {
            for (int to = from; to <= 4; to++) {
                assertThat(node.repository.getJobInstances(job.getId()).subList(from, to))
                        .as("%s to %s", from, to)
                        .extracting(JobInstance::getInstanceId)
                        .isEqualTo(newest.subList(from, to));
            }
            assertThat(node.repository.getJobExecutionsByJob(job.getId(), from)).hasSize(from);
        }
    }

    @ParameterizedTest
    @EnumSource
    void showsNothingOfAnothers(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode node = node(database, red);
        TestNode neighbour = node(database, blue);
        JobExecutionImpl failed = failed(node, job, MONTH);
        JobExecutionImpl running = node.run(job, "month", "2001-02");
        JobExecutionImpl others = failed(neighbour, job, "month", "2001-03");
        JobExecutionImpl othersRunning = neighbour.run(job, "month", "2001-04");
        for (JobExecutionImpl execution : List.of(failed, others, running, othersRunning)) {
            database.execute(
                    "update BATCH_JOB_EXECUTION set REPRISE_RECOVERIES = 1 where JOB_EXECUTION_ID = ?",
                    execution.getExecutionId());
        }
        RepriseRepository repository = node.repository;
        History history = repository.history();
        List<Long> own = List.of(running.getExecutionId(), failed.getExecutionId());

        assertThat(repository.getJobExecutionsByJob(job.getId())).isEqualTo(own);
        assertThat(repository.getJobInstances(job.getId()).subList(0, 2))
                .extracting(JobInstance::getInstanceId)
                .containsExactly(
                        running.getJobInstance().getInstanceId(),
                        failed.getJobInstance().getInstanceId());
        assertThat(repository.getJobInstanceCount(job.getId())).isEqualTo(2);
        for (ExecutionSearch all : List.of(
                ExecutionSearch.ALL,
                ExecutionSearch.ofJob(job.getId()),
                search(null, Set.of(), "node-1", null),
                search(job.getId(), Set.of(), "node-1", history.now().minusSeconds(3600)),
                search(null, Set.of("FAILED", "STARTING"), null, null))) {
            assertThat(ids(history.executions(all, Long.MAX_VALUE, 50)))
                    .as("%s", all)
                    .isEqualTo(own);
        }
        for (ExecutionSearch unfinished : List.of(
                search(null, Set.of("FAILED", "STOPPED"), null, null),
                search(job.getId(), Set.of("FAILED"), "node-1", null))) {
            assertThat(ids(history.executions(unfinished, Long.MAX_VALUE, 50)))
                    .as("%s", unfinished)
                    .containsExactly(failed.getExecutionId());
        }
        assertThat(ids(history.running(50))).containsExactly(running.getExecutionId());
        assertThat(ids(history.unfinished(50).executions())).containsExactly(failed.getExecutionId());
        assertThat(ids(history.recovered(50))).containsExactly(running.getExecutionId());
        assertThat(ids(history.changedSince(Instant.EPOCH))).isEqualTo(own);
        assertThat(history.instances(job.getId(), Long.MAX_VALUE, 50)).hasSize(2);
        assertThat(history.execution(others.getExecutionId())).isEmpty();
        assertThat(history.execution(othersRunning.getExecutionId())).isEmpty();
        assertThat(history.execution(failed.getExecutionId())).isPresent();
        assertThat(history.ofInstance(others.getJobInstance().getInstanceId(), 50))
                .isEmpty();
        assertThat(history.instance(others.getJobInstance().getInstanceId())).isEmpty();
        assertThat(history.instance(failed.getJobInstance().getInstanceId()))
                .hasValueSatisfying(its -> assertThat(its.job()).isEqualTo(job.getId()));
    }

    private static ExecutionSearch search(
            @Nullable String job, Set<String> statuses, @Nullable String node, @Nullable Instant since) {
        return new ExecutionSearch(job, statuses, false, node, since, null);
    }

    private static List<Long> ids(Collection<ExecutionState> executions) {
        return executions.stream().map(ExecutionState::id).toList();
    }

    @ParameterizedTest
    @EnumSource
    void keepsItsAuditToItself(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        RepriseRepository own = node(database, red).repository;
        RepriseRepository other = node(database, blue).repository;
        for (int i = 0; i < 3; i++) {
            other.audit().append(entry("blue's"));
        }
        own.audit().append(entry("red's"));

        assertThat(own.audit().page(null, null, Long.MAX_VALUE, 50))
                .extracting(AuditEntry::detail)
                .containsExactly("red's");
        assertThat(own.audit().page("somebody", 7L, Long.MAX_VALUE, 50)).hasSize(1);
        assertThat(own.audit().refused(3)).isEmpty();
        assertThat(other.audit().refused(3)).hasSize(1);
        assertThat(TestNode.sharing(database, green, blue).repository.audit().page(null, null, Long.MAX_VALUE, 50))
                .hasSize(3);
    }

    private static AuditEntry entry(String detail) {
        return new AuditEntry(0, Instant.EPOCH, "somebody", null, "launch", "job", 5L, 7L, "refused", detail);
    }

    /** What an older version or Spring Batch left goes with the purge of whoever is first. */
    @ParameterizedTest
    @EnumSource
    void purgesNothingOfAnothers(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode node = node(database, red);
        TestNode neighbour = node(database, blue);
        completed(node, "2001-01");
        JobExecutionImpl others = completed(neighbour, "2001-02");
        JobExecutionImpl nobodys = completed(neighbour, "2001-03");
        disown(database, nobodys);
        Purges purges = node.repository.purges();
        for (PurgeRequest request : List.of(
                PurgeRequest.olderThan(Duration.ZERO)
                        .keepingNewest(0)
                        .forgettingIdentity()
                        .ofJob(job.getId()),
                PurgeRequest.olderThan(Duration.ZERO).keepingNewest(0).forgettingIdentity())) {
            Purges.Walk walk = purges.walk(request);
            Purges.Page page = walk.look(purges.beginning());
            walk.remove(page.instances(), null);
        }

        assertThat(database.rows("select JOB_EXECUTION_ID from BATCH_JOB_EXECUTION"))
                .containsExactly("" + others.getExecutionId());
        assertThat(neighbour.repository.getJobInstanceCount(job.getId())).isOne();
        assertThat(node.repository.getJobInstanceCount(job.getId())).isZero();
    }

    private JobExecutionImpl completed(TestNode node, String month) {
        JobExecutionImpl execution = node.run(job, "month", month);
        node.end(execution, BatchStatus.COMPLETED);
        return execution;
    }

    @Test
    void tellsWhoHoldsLocksInASchemaOfItsOwn() throws SQLException {
        TestDatabase database = TestDatabase.empty(TestDatabase.Kind.POSTGRESQL);
        String schema = "batch_" + UUID.randomUUID().toString().substring(0, 8);
        Schema.migrate(database.pooled(), schema);
        TestNode node = TestNode.inSchema(database, blue, schema);
        JobExecutionImpl execution = node.run(job, MONTH);

        try (Connection holding = database.plain().getConnection()) {
            holding.setAutoCommit(false);
            try (Statement statement = holding.createStatement()) {
                statement.executeUpdate("update " + schema + ".BATCH_JOB_EXECUTION set VERSION = VERSION"
                        + " where JOB_EXECUTION_ID = " + execution.getExecutionId());
            }
            await().untilAsserted(() -> assertThat(node.holders()).hasSize(1));
            holding.rollback();
        }
    }

    /** It became another's after it was looked at. */
    @ParameterizedTest
    @EnumSource
    void purgesNothingThatHasBecomeAnothersMeanwhile(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode node = node(database, red);
        JobExecutionImpl nobodys = failed(node, job, MONTH);
        disown(database, nobodys);
        Purges purges = node.repository.purges();
        Purges.Walk walk = purges.walk(PurgeRequest.olderThan(Duration.ZERO)
                .keepingNewest(0)
                .forgettingIdentity()
                .includingRestartable());
        Purges.Page page = walk.look(purges.beginning());
        assertThat(page.instances()).hasSize(1);
        TestNode neighbour = node(database, blue);
        neighbour.end(neighbour.rerun(nobodys.getExecutionId(), job), BatchStatus.FAILED);

        assertThat(walk.remove(page.instances(), null).instances()).isEmpty();
        assertThat(database.row("select count(*) from BATCH_JOB_EXECUTION")).isEqualTo("2");
    }

    // ---- Sharing

    @ParameterizedTest
    @EnumSource
    void sharesOneWayAndWhatItRunsMoves(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode old = node(database, blue);
        TestNode next = TestNode.sharing(database, green, blue);
        JobExecutionImpl left = failed(old, job, MONTH);
        JobExecutionImpl greens = failed(next, job, "month", "2001-02");
        assertThat(kind(() -> next.start(job, MONTH))).isEqualTo(Kind.RESTART_INSTEAD);
        assertThat(kind(() -> old.restart(greens.getExecutionId(), job))).isEqualTo(Kind.OTHER_APPLICATION);
        assertThat(next.repository.getJobInstanceCount(job.getId())).isEqualTo(2);
        assertThat(ids(next.repository.history().unfinished(50).executions()))
                .containsExactly(greens.getExecutionId(), left.getExecutionId());
        assertThat(applications(database, left)).isEqualTo(blue + "|" + blue);

        JobExecutionImpl again = next.rerun(left.getExecutionId(), job);
        next.end(again, BatchStatus.FAILED);

        assertThat(applications(database, left)).isEqualTo(green + "|" + green);
        Refusal refusal = refusal(() -> old.restart(again.getExecutionId(), job));
        assertThat(refusal.message()).contains("'" + green + "'");
        assertThat(old.repository.getJobInstanceCount(job.getId())).isZero();
        TestNode both = TestNode.sharing(database, blue, green);
        both.rerun(again.getExecutionId(), job);
        assertThat(applications(database, left)).isEqualTo(blue + "|" + blue);
    }

    /** Its own nodes look after it as long as there is one. */
    @ParameterizedTest
    @EnumSource
    void takesOverFromWhomItSharesWithWhenNobodyOfItLives(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode old = node(database, blue);
        TestNode alsoOld = old.other("node-2");
        JobExecutionImpl left = old.run(job, MONTH);
        old.step(left, "load");
        TestNode stranger = node(database, red);
        TestNode next = TestNode.sharing(database, green, blue);
        next.end(next.run(job, "month", "2001-02"), BatchStatus.COMPLETED); // so that the job is known there
        old.leaseExpires();
        assertThat(next.repository.thisNode().takeOverFromTheDead()).isZero();
        assertThat(next.repository.thisNode().claimRestarts()).isEmpty();

        alsoOld.leaseExpires();

        assertThat(stranger.repository.thisNode().takeOverFromTheDead()).isZero();
        assertThat(stranger.repository.thisNode().claimRestarts()).isEmpty();
        assertThat(next.repository.thisNode().takeOverFromTheDead()).isOne();
        assertThat(next.status(left.getExecutionId())).isEqualTo("FAILED");
        List<DueRestart> due = next.repository.thisNode().claimRestarts();
        assertThat(due).extracting(DueRestart::executionId).containsExactly(left.getExecutionId());
        next.restart(left.getExecutionId(), job);
        next.repository.thisNode().restarted(due.get(0));
        assertThat(applications(database, left)).isEqualTo(green + "|" + green);
        assertThat(database.row("select count(*) from REPRISE_RESTART")).isEqualTo("0");
    }

    /** What its server stopped goes on in the other one, if that has the job. */
    @ParameterizedTest
    @EnumSource
    void restartsWhatTheServerOfTheOtherStopped(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode old = node(database, blue);
        JobExecutionImpl stopped = old.run(job, MONTH);
        old.repository.thisNode().suspend();
        old.end(stopped, BatchStatus.STOPPED);
        TestNode next = TestNode.sharing(database, green, blue);
        assertThat(next.repository.thisNode().claimRestarts()).as("blue lives").isEmpty();

        new NodeRegistry(database.pooled(), TestDatabase.TRANSACTIONS).leave(old.identity);

        assertThat(next.repository.thisNode().claimRestarts())
                .as("green has no such job")
                .isEmpty();
        next.end(next.run(job, "month", "2001-02"), BatchStatus.COMPLETED);
        List<DueRestart> due = next.repository.thisNode().claimRestarts();
        assertThat(due).extracting(DueRestart::executionId).containsExactly(stopped.getExecutionId());
        assertThat(node(database, blue).repository.thisNode().claimRestarts())
                .as("green is about to")
                .isEmpty();
        next.repository.thisNode().postpone(due.get(0), Duration.ZERO);
        assertThat(next.repository.thisNode().claimRestarts()).hasSize(1);
    }

    /** A launch takes over at once, whoever else of it lives. */
    @ParameterizedTest
    @EnumSource
    void launchesWhatADeadNodeOfTheOtherLeft(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode old = node(database, blue);
        old.other("node-2");
        JobExecutionImpl left = old.run(job, MONTH);
        TestNode next = TestNode.sharing(database, green, blue);
        assertThat(kind(() -> next.start(job, MONTH))).isEqualTo(Kind.ALREADY_RUNNING);
        old.leaseExpires();

        assertThat(kind(() -> next.start(job, MONTH))).isEqualTo(Kind.RESTART_INSTEAD);
        next.restart(left.getExecutionId(), job);
        assertThat(applications(database, left)).isEqualTo(green + "|" + green);
    }

    // ---- A schema of its own

    /** Everything that a repository does, where the connections' own schema has no tables of it. */
    @ParameterizedTest
    @EnumSource
    void livesInASchemaOfItsOwn(TestDatabase.Kind kind) throws Exception {
        TestDatabase database = TestDatabase.empty(kind);
        String one = "Batch_" + UUID.randomUUID().toString().substring(0, 8);
        String two = one + "_2";
        String pathBefore = searchPath(database);
        Schema.migrate(database.pooled(), one);
        Schema.migrate(database.pooled(), one);
        Schema.migrate(database.pooled(), two);
        assertThat(database.rowCounts()).isEmpty();
        TestNode first = TestNode.inSchema(database, blue, one);
        TestNode second = TestNode.inSchema(database, red, two);
        for (TestNode node : List.of(first, second)) {
            JobExecutionImpl execution = node.run(job, MONTH);
            StepExecutionImpl step = node.step(execution, "load");
            assertThat(node.commit(execution, step, new Chunk(10, 0, "10"))).isTrue();
            step.setException(new IllegalStateException("broken"));
            node.end(step, BatchStatus.FAILED);
            StepExecutionImpl spread = node.step(execution, "spread");
            node.end(execution, node.partition(spread, 0, null), BatchStatus.FAILED);
            node.end(spread, BatchStatus.FAILED);
            node.end(execution, BatchStatus.FAILED);
            assertThat(kind(() -> node.start(job, MONTH))).isEqualTo(Kind.RESTART_INSTEAD);
            JobExecutionImpl again = node.rerun(execution.getExecutionId(), job);
            assertThat(node.original("load", execution).getReaderCheckpointInfo())
                    .isEqualTo("10");
            node.partitions(node.original("spread", execution), false);
            node.repository.savePersistentDataIfNotStopping(again, node.step(again, "batchlet"));
            node.repository.countStepStartTimes("load", again.getJobInstance().getInstanceId());
            node.repository.thisNode().tend();
            node.repository.thisNode().takeOverFromTheDead();
            node.repository.thisNode().claimRestarts();
            node.end(again, BatchStatus.COMPLETED);
            look(node, execution);
            Purges purges = node.repository.purges();
            Purges.Walk walk = purges.walk(
                    PurgeRequest.olderThan(Duration.ZERO).keepingNewest(0).forgettingIdentity());
            List<Integer> archived = new ArrayList<>();
            assertThat(walk.remove(walk.look(purges.beginning()).instances(), gone -> archived.add(gone.size()))
                            .executions())
                    .hasSize(2);
            assertThat(archived).containsExactly(2);
            NodeRegistry registry =
                    new NodeRegistry(database.pooled(), node == first ? one : two, TestDatabase.TRANSACTIONS);
            try (var connection = database.pooled().getConnection()) {
                assertThat(registry.heartbeat(connection, node.identity, Duration.ofSeconds(5)))
                        .isEqualTo(NodeRegistry.Report.ALIVE);
            }
            registry.anotherWithItsSessions(node.identity);
            registry.leave(node.identity);
        }
        assertThat(database.rowCounts()).isEmpty();
        assertThat(searchPath(database)).isEqualTo(pathBefore);
    }

    private void look(TestNode node, JobExecutionImpl execution) {
        RepriseRepository repository = node.repository;
        long id = execution.getExecutionId();
        assertThat(repository.getJobExecutionsByJob(job.getId())).hasSize(2);
        assertThat(repository.getJobInstances(job.getId()).subList(0, 1)).hasSize(1);
        assertThat(repository.getJobInstanceCount(job.getId())).isOne();
        assertThat(repository.getStepExecutions(id, getClass().getClassLoader()))
                .extracting(StepExecution::getStepName)
                .containsExactly("load", "spread");
        assertThat(repository.recorded().failures(id)).isNotEmpty();
        assertThat(repository
                        .recorded()
                        .stackTrace(id, repository.recorded().steps(id).get(0).id()))
                .isPresent();
        assertThat(repository.recorded().newestValueOf(job.getId(), "month")).hasValue("2001-01");
        History history = repository.history();
        assertThat(history.executions(ExecutionSearch.ALL, Long.MAX_VALUE, 50)).hasSize(2);
        assertThat(history.executions(
                        search(
                                job.getId(),
                                Set.of("FAILED"),
                                null,
                                history.now().minusSeconds(60)),
                        Long.MAX_VALUE,
                        50))
                .hasSize(1);
        assertThat(history.running(50)).isEmpty();
        assertThat(history.unfinished(50).executions()).isEmpty();
        assertThat(history.instances(job.getId(), Long.MAX_VALUE, 50)).hasSize(1);
        assertThat(history.place(history.execution(id).orElseThrow()).attempt()).isOne();
        assertThat(history.activity(List.of(id))).hasSize(3);
        assertThat(history.nodes()).hasSize(1);
        repository.audit().append(entry("done"));
        assertThat(repository.audit().page(null, null, Long.MAX_VALUE, 50)).hasSize(1);
        assertThat(repository.recorded().transitions(id)).isEmpty();
    }

    /** Of every connection that the application may get from the pool. */
    private static String searchPath(TestDatabase database) throws Exception {
        List<String> paths = new ArrayList<>();
        List<Connection> taken = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Connection connection = database.pooled().getConnection();
            taken.add(connection);
            paths.add(connection.getSchema());
        }
        for (Connection connection : taken) {
            connection.close();
        }
        assertThat(paths).containsOnly(paths.get(0));
        return paths.get(0);
    }

    @Test
    void saysWhatToDoWhereItMayNotCreateTheSchema() throws Exception {
        TestDatabase database = TestDatabase.empty(TestDatabase.Kind.POSTGRESQL);
        String user = "u" + UUID.randomUUID().toString().substring(0, 8);
        database.execute("create user " + user);
        PGSimpleDataSource poor = PostgresServer.emptySchema();
        poor.setUser(user);

        assertThat(catchThrowableOfType(IllegalStateException.class, () -> Schema.migrate(poor, "batch_of_nobody")))
                .hasMessageContainingAll(
                        "There is no schema batch_of_nobody", "create schema batch_of_nobody authorization " + user)
                .hasMessageNotContaining("\n");
        assertThat(Stream.of("batch", "Batch_2", "_b").allMatch(Schema::isName)).isTrue();
        assertThat(Stream.of("", "2b", "a-b", "a.b", "a\"b", "a b", "x".repeat(64))
                        .noneMatch(Schema::isName))
                .isTrue();
    }
}
