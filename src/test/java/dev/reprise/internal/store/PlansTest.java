package dev.reprise.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.database.WatchedDatabase;
import dev.reprise.database.WatchedDatabase.Binding;
import dev.reprise.database.WatchedDatabase.Cost;
import dev.reprise.database.WatchedDatabase.Entry;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.PostgreSql;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.engine.TestDatabase;
import dev.reprise.internal.engine.TestNode;
import dev.reprise.internal.engine.TestNode.Chunk;
import dev.reprise.internal.store.WorkPlan.Planned;
import dev.reprise.internal.store.history.History;
import dev.reprise.internal.store.purge.Purges;
import dev.reprise.state.ExecutionSearch;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.NodeIdentity;
import dev.reprise.state.PurgeRequest;
import dev.reprise.state.Refusal;
import dev.reprise.state.StepCounts;
import dev.reprise.testing.InProcessBatch;
import jakarta.batch.runtime.BatchStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * contract.md §7: what is done often costs the same however long the history is. On PostgreSQL, with 100,000 executions
 * of one job: the statements that the repository really makes are recorded and then explained.
 */
class PlansTest {

    private static final int INSTANCES = 50_000;
    private static final ClassLoader LOADER = PlansTest.class.getClassLoader();

    private static final Job JOB = new JobBuilder("flights")
            .step(new StepBuilder("load").reader("r").writer("w").build())
            .build();

    private static final List<String> REPORT = new ArrayList<>();

    private static final TestDatabase DATABASE = TestDatabase.migrated(TestDatabase.Kind.POSTGRESQL);

    private final TestNode node = TestNode.on(DATABASE);

    /** Each instance has failed once and completed then; each execution has four parameters and two steps. */
    @BeforeAll
    static void fill() throws Exception {
        try (Connection connection = DATABASE.plain().getConnection();
                Statement statement = connection.createStatement()) {
            // The foreign keys are right by construction, and checking them takes longer than the rest.
            statement.execute("set session_replication_role = replica");
            // Otherwise vacuum finds nothing that is visible to all yet, and there is no index-only scan.
            statement.execute("set synchronous_commit = on");
            statement.execute("""
                    insert into BATCH_JOB_INSTANCE
                    select i, 0, 'flights', md5(i::text) from generate_series(1, %d) i""".formatted(INSTANCES));
            statement.execute("""
                    insert into BATCH_JOB_EXECUTION
                        (JOB_EXECUTION_ID, VERSION, JOB_INSTANCE_ID, CREATE_TIME, START_TIME, END_TIME, STATUS,
                         EXIT_CODE, EXIT_MESSAGE, LAST_UPDATED, REPRISE_JOB_NAME, REPRISE_NODE)
                    select e, 2, (e + 1) / 2, now(), now(), now(),
                           case when e %% 2 = 1 then 'FAILED' else 'COMPLETED' end, '', '', now(), 'flights', 'node-1'
                      from generate_series(1, %d) e""".formatted(2 * INSTANCES));
            statement.execute("""
                    insert into BATCH_JOB_EXECUTION_PARAMS
                    select e, 'name' || p, 'java.lang.String', 'value', 'Y'
                      from generate_series(1, %d) e, generate_series(1, 4) p""".formatted(2 * INSTANCES));
            statement.execute("""
                    insert into BATCH_STEP_EXECUTION
                        (STEP_EXECUTION_ID, VERSION, STEP_NAME, JOB_EXECUTION_ID, CREATE_TIME, START_TIME, END_TIME,
                         STATUS, COMMIT_COUNT, READ_COUNT, FILTER_COUNT, WRITE_COUNT, EXIT_CODE, EXIT_MESSAGE)
                    select 2 * e + s, 2, case when s = 0 then 'load' else 'report' end, e, now(), now(), now(),
                           case when e %% 2 = 1 then 'FAILED' else 'COMPLETED' end, 1, 1, 1, 1, '', ''
                      from generate_series(1, %d) e, generate_series(0, 1) s""".formatted(2 * INSTANCES));
            statement.execute("""
                    insert into REPRISE_EXCEPTION
                    select 2 * e, 'trace' from generate_series(1, %d, 10) e""".formatted(2 * INSTANCES));
            statement.execute("select setval('BATCH_JOB_INSTANCE_SEQ', 1000000), setval('BATCH_JOB_EXECUTION_SEQ',"
                    + " 1000000), setval('BATCH_STEP_EXECUTION_SEQ', 1000000)");
            statement.execute("""
                    insert into BATCH_JOB_INSTANCE
                    select 100000 + i, 0, 'few', md5(i::text) from generate_series(1, 500) i""");
            // Another application has as much, and all of it is newer.
            statement.execute("""
                    insert into BATCH_JOB_INSTANCE (JOB_INSTANCE_ID, VERSION, JOB_NAME, JOB_KEY, REPRISE_APPLICATION)
                    select 200000 + i, 0, 'flights', md5('other' || i), 'neighbour' from generate_series(1, %d) i""".formatted(INSTANCES));
            statement.execute("""
                    insert into BATCH_JOB_EXECUTION
                        (JOB_EXECUTION_ID, VERSION, JOB_INSTANCE_ID, CREATE_TIME, START_TIME, END_TIME, STATUS,
                         EXIT_CODE, EXIT_MESSAGE, LAST_UPDATED, REPRISE_JOB_NAME, REPRISE_NODE, REPRISE_APPLICATION)
                    select 200000 + e, 2, 200000 + (e + 1) / 2, now(), now(), now(),
                           case when e %% 2 = 1 then 'FAILED' else 'COMPLETED' end, '', '', now(), 'flights', 'node-1',
                           'neighbour'
                      from generate_series(1, %d) e""".formatted(2 * INSTANCES));
            statement.execute("""
                    insert into REPRISE_AUDIT (APPLICATION, RECORDED_AT, CALLER, ACTION, OUTCOME)
                    select case when i <= 1000 then 'some' else 'neighbour' end, now(), 'somebody', 'launch', 'refused'
                      from generate_series(1, 10000) i""");
            statement.execute("update BATCH_JOB_EXECUTION set EXIT_CODE = 'ALERT' where JOB_EXECUTION_ID % 20 = 0");
            statement.execute("""
                    insert into REPRISE_ACKNOWLEDGEMENT (ATTENTION_KEY, CALLER, ACKNOWLEDGED_AT, UNTIL_AT)
                    select 'k' || i, 'somebody', now(), now() + interval '1 day' from generate_series(1, 10000) i""");
            statement.execute("vacuum analyze");
            // What has ended since the last vacuum.
            statement.execute("alter table REPRISE_OWNER set (autovacuum_enabled = off)");
            statement.execute("""
                    insert into REPRISE_OWNER
                        (JOB_INSTANCE_ID, JOB_EXECUTION_ID, APPLICATION, NODE_ID, INCARNATION, ACQUIRED_AT)
                    select i, 2 * i, 'ended', 'node-1', 1, now() from generate_series(1, 5000) i""");
            statement.execute("delete from REPRISE_OWNER");
            statement.execute("analyze REPRISE_OWNER");
        }
    }

    @AfterAll
    static void report() throws Exception {
        Files.createDirectories(Path.of("target"));
        Files.write(Path.of("target/plans.txt"), REPORT);
    }

    @Test
    void ofLaunchingAndRunningNeverReadAWholeTable() throws Exception {
        WatchedDatabase database = DATABASE.watched();
        database.startRecording();
        JobExecutionImpl execution = node.run(JOB, "month", "2001-01", "-note", "x", "-a", "b", "-c", "d");
        StepExecutionImpl step = node.step(execution, "load");
        node.commit(execution, step, new Chunk(10, 0, "10"));
        step.setException(new IllegalStateException("broken"));
        node.end(step, BatchStatus.FAILED);
        StepExecutionImpl spread = node.step(execution, "spread");
        PartitionExecutionImpl partition = node.partition(spread, 0, null);
        node.commit(execution, partition, new Chunk(10, 0, "10"));
        node.end(execution, partition, BatchStatus.FAILED);
        node.end(spread, BatchStatus.FAILED);
        StepExecutionImpl batchlet = node.step(execution, "batchlet");
        node.repository.savePersistentDataIfNotStopping(execution, batchlet);
        node.repository.stopJobExecution(execution);
        node.end(execution, BatchStatus.STOPPED);

        JobExecutionImpl again = node.rerun(execution.getExecutionId(), JOB);
        StepExecutionImpl original = node.original("spread", execution);
        node.partitions(original, false);
        node.repository.countStepStartTimes("load", again.getJobInstance().getInstanceId());
        StepExecutionImpl left = node.step(again, "spread", execution);
        node.partition(left, 0, null);

        // Another node: refused while it runs, then takes it over; then it is abandoned.
        TestNode other = node.other("node-2");
        assertThat(refused(() -> other.start(JOB, "month", "2001-01"))).isEqualTo(Refusal.Kind.ALREADY_RUNNING);
        node.leaseExpires();
        assertThat(refused(() -> other.start(JOB, "month", "2001-01"))).isEqualTo(Refusal.Kind.RESTART_INSTEAD);
        other.repository.launching().explain(JOB, TestNode.parameters("month", "2001-01"));
        JobExecutionImpl loaded = other.load(again.getExecutionId(), JOB);
        loaded.setBatchStatus(BatchStatus.ABANDONED);
        other.repository.updateJobExecution(loaded, false, false);
        TestNode third = other.other("node-2");
        third.repository.thisNode().takeOverFromTheDead();

        // What a node does after each report.
        third.run(JOB, "month", "2001-02");
        third.repository.thisNode().tend();
        third.start(JOB, "month", "2001-03");
        third.repository.thisNode().suspend();
        third.repository.thisNode().resume();
        third.repository.thisNode().claimRestarts().forEach(third.repository.thisNode()::restarted);

        assertNoWholeTable(database.stopRecording());
    }

    @Test
    void ofReadingNeverReadAWholeTable() throws Exception {
        WatchedDatabase database = DATABASE.watched();
        RepriseRepository repository = node.repository;
        database.startRecording();
        JobExecutionImpl execution = node.load(4711, JOB);
        repository.getJobExecutions(execution.getJobInstance());
        repository.getJobInstance(4711);
        repository.getJobExecutionsByJob("flights");
        repository.getJobExecutionsByJob("flights", 20);
        repository.getJobExecutionsByJob("never ran");
        assertThat(repository.getJobInstances("flights").subList(0, 20)).hasSize(20);
        assertThat(repository.getJobInstances("never ran").subList(0, 20)).isEmpty();
        assertThat(repository.getStepExecutions(4711, LOADER)).hasSize(2);
        node.original("load", execution);
        node.partitions(node.original("load", execution), false);
        repository.countStepStartTimes("load", 4711);
        assertThat(repository.recorded().newestValueOf("flights", "name1")).hasValue("value");
        assertThat(repository.recorded().newestValueOf("flights", "run.id")).isEmpty();
        assertThat(repository.recorded().newestValueOf("never ran", "run.id")).isEmpty();
        repository.recorded().failures(4711);
        repository.recorded().stackTrace(4711, 9422);
        assertNoWholeTable(database.stopRecording());
    }

    /** A count is as long as what it counts, so it is not asked for often; it reads the index and not the table. */
    @Test
    void ofCountingInstancesReadsAnIndexOnly() throws Exception {
        WatchedDatabase database = DATABASE.watched();
        database.startRecording();
        assertThat(node.repository.getJobInstanceCount("few")).isEqualTo(500);
        List<Entry> counted = database.stopRecording().entries();

        assertThat(counted).hasSize(2); // of this application, and of nobody
        for (Entry entry : counted) {
            assertThat(plan(entry))
                    .anyMatch(line -> line.contains("Index Only Scan using reprise_instances_of_application"));
        }
    }

    /** The admin CLI asks for each execution that it lists twenty times. */
    @Test
    void ofListingForTheAdminCliIsAFewStatements() throws Exception {
        WatchedDatabase database = DATABASE.watched();
        RepriseRepository repository = node.repository;
        database.startRecording();
        List<Long> listed = repository.getJobExecutionsByJob("flights");
        for (long execution : listed) {
            for (int attribute = 0; attribute < 20; attribute++) {
                assertThat(repository.getJobExecution(execution)).isNotNull();
            }
        }
        List<Entry> made = database.stopRecording().entries();

        assertThat(listed).hasSize(100);
        assertThat(made).hasSize(3);
        for (Entry entry : made) {
            assertThat(analysed(entry)).noneMatch(line -> {
                Matcher rows = ROWS.matcher(line);
                return rows.find() && rowsOf(rows) > 2_000;
            });
        }
    }

    /** Each statement reads a bounded number of rows, whatever stands in the tables. */
    @Test
    void ofWhatOperatorsSeeReadAFewRows() throws Exception {
        WatchedDatabase database = DATABASE.watched();
        History history = node.repository.history();
        Instant now = history.now();
        database.startRecording();
        assertThat(history.executions(ExecutionSearch.ALL, Long.MAX_VALUE, 50)).hasSize(50);
        assertThat(history.executions(ExecutionSearch.ofJob("flights"), 50_000, 50))
                .hasSize(50);
        assertThat(history.executions(ExecutionSearch.ofJob("never ran"), Long.MAX_VALUE, 50))
                .isEmpty();
        history.executions(search("flights", "FAILED", null), Long.MAX_VALUE, 50);
        history.executions(search("flights", "ABANDONED", null), Long.MAX_VALUE, 50);
        history.executions(search(null, "UNKNOWN", null), Long.MAX_VALUE, 50);
        history.executions(search(null, "COMPLETED", "node-1"), Long.MAX_VALUE, 50);
        history.executions(search(null, "COMPLETED", "no such node"), Long.MAX_VALUE, 50);
        history.executions(
                new ExecutionSearch((String) null, Set.of(), false, null, now.plusSeconds(60), now.plusSeconds(120)),
                Long.MAX_VALUE,
                50);
        history.executions(
                new ExecutionSearch((String) null, Set.of(), false, null, null, now.minusSeconds(86_400)),
                Long.MAX_VALUE,
                50);
        history.running(50);
        history.unfinished(50);
        assertThat(history.unfinished(1000).all()).isFalse();
        assertThat(history.jobNames()).contains("flights", "few");
        history.nodeNames();
        assertThat(history.newestOfEach(Set.of("flights", "few", "none"), 10))
                .hasEntrySatisfying("flights", newest -> assertThat(newest).hasSize(10));
        history.executions(
                new ExecutionSearch(Set.of("flights", "few", "none"), Set.of(), false, null, null, null),
                Long.MAX_VALUE,
                50);
        history.executions(
                new ExecutionSearch(null, Set.of(), false, Set.of("node-1", "node-2"), null, null), Long.MAX_VALUE, 50);
        history.recovered(50);
        assertThat(history.remarkable(1000)).hasSize(1000);
        node.repository.acknowledgements().of(List.of("k4711", "none"));
        history.changedSince(now);
        history.ofInstance(4711, 50);
        history.place(history.execution(9422).orElseThrow());
        assertThat(history.instances("flights", Long.MAX_VALUE, 50)).hasSize(50);
        assertThat(history.steps(List.of(1L, 2L, 3L))).hasSize(3);
        history.activity(List.of(1L, 2L));
        history.nodes();
        node.repository.audit().page(null, null, Long.MAX_VALUE, 50);
        node.repository.audit().page("somebody", 4711L, Long.MAX_VALUE, 50);
        node.repository.audit().page(null, 4711L, Long.MAX_VALUE, 50);
        node.repository.audit().refused(3);
        List<String> greedy = new ArrayList<>();
        for (Entry entry : database.stopRecording().entries()) {
            for (String line : analysed(entry)) {
                Matcher rows = ROWS.matcher(line);
                if (rows.find() && rowsOf(rows) > 2_000) {
                    greedy.add(line.strip() + " in: " + entry.sql());
                }
            }
        }
        assertThat(greedy).isEmpty();
    }

    /** Each of its transactions, wherever in the history it is; also where nothing is old enough. */
    @Test
    void ofPurgingNeverReadAWholeTable() throws Exception {
        WatchedDatabase database = DATABASE.watched();
        Purges purges = node.repository.purges();
        database.startRecording();
        Purges.Walk walk = purges.walk(PurgeRequest.olderThan(Duration.ZERO).ofJob("flights"));
        Purges.Page page = walk.look(new Purges.Position(60_000, 60_100));
        walk.remove(page.instances(), executions -> assertThat(executions).hasSize(100));
        Purges.Walk oblivious =
                purges.walk(PurgeRequest.olderThan(Duration.ZERO).forgettingIdentity());
        oblivious.remove(oblivious.look(new Purges.Position(61_000, 61_100)).instances(), null);
        Purges.Page young =
                purges.walk(PurgeRequest.olderThan(Duration.ofDays(1))).look(purges.beginning());
        Cost cost = database.stopRecording();

        assertThat(page.instances()).hasSize(50);
        assertThat(young.last()).isTrue();
        // Nobody writes contexts here, and a table without rows is read as it is.
        assertNoWholeTable(new Cost(
                cost.entries().stream()
                        .filter(entry -> !entry.sql().contains("_CONTEXT"))
                        .toList(),
                cost.commits()));
    }

    /** Each living node does so at each heartbeat, while all of them run what they can. */
    @Test
    void ofLookingForTheDeadReadTheNodesAndNotWhatTheLivingOwn() throws Exception {
        int nodes = 200;
        int owners = 10_000;
        String application = node.identity.application();
        // Half of the living have just come back, as when a new version is rolled out; two nodes are silent.
        DATABASE.execute("""
                insert into REPRISE_NODE (APPLICATION, NODE_ID, INCARNATION, STARTED_AT, HEARTBEAT_AT)
                select '%s', 'crowd-' || n, 2, case when n %% 2 = 0 then now() else now() - interval '1 day' end,
                       case when n %% 100 = 0 then now() - interval '1 hour' else now() end
                  from generate_series(1, %d) n""".formatted(application, nodes));
        DATABASE.execute("""
                insert into REPRISE_OWNER
                    (JOB_INSTANCE_ID, JOB_EXECUTION_ID, APPLICATION, NODE_ID, INCARNATION, ACQUIRED_AT)
                select 10000 + i, 20000 + 2 * i, '%s',
                       case when i %% 1000 = 0 then 'node-1' when i %% 1000 = 1 then 'crowd-100' else 'crowd-' || i %% 99 end,
                       case when i %% 1000 = 0 then %d else 2 end, now()
                  from generate_series(1, %d) i""".formatted(application, node.identity.incarnation(), owners));
        try {
            WatchedDatabase database = DATABASE.watched();
            Owners owning = new Owners(
                    new PostgreSql(),
                    () -> node.identity,
                    Duration.ofSeconds(30),
                    Scope.of(node.identity.application(), Set.of()));
            Database access = new Database(DATABASE.pooled(), TestDatabase.TRANSACTIONS);
            database.startRecording();
            assertThat(access.read(owning::ofTheDead)).hasSize(owners / 1000);
            assertThat(access.read(owning::ofThisNode)).hasSize(owners / 1000);
            List<Entry> made = database.stopRecording().entries();

            assertThat(made).hasSize(3);
            for (Entry entry : made) {
                assertThat(analysed(entry)).noneMatch(line -> {
                    Matcher rows = ROWS.matcher(line);
                    return rows.find() && rowsOf(rows) > 2 * nodes;
                });
            }
        } finally {
            DATABASE.execute("delete from REPRISE_OWNER where APPLICATION = ?", application);
            DATABASE.execute("delete from REPRISE_NODE where NODE_ID like 'crowd-%'");
        }
    }

    /** However many wait and are at work, before the database knows anything of the table and afterwards. */
    @Test
    void ofClaimingPartitionsReadTheFirstOfEachStep() throws Exception {
        String work = """
                insert into REPRISE_WORK
                    (STEP_EXECUTION_ID, PARTITION_OF, JOB_EXECUTION_ID, APPLICATION, JOB_NAME, STATE, ATTEMPT, QUEUED_AT)
                select i, i %% 2, 1, '%s', 'flights', case when i <= 400 then 'TAKEN' when i <= 2400 then 'READY' else 'PLANNED' end,
                       0, now()
                  from generate_series(1, 20000) i""".formatted(node.identity.application());
        try {
            DATABASE.execute("truncate REPRISE_WORK");
            DATABASE.execute(work);
            assertClaimReadsAFewRows();
            DATABASE.execute("analyze REPRISE_WORK");
            assertClaimReadsAFewRows();
        } finally {
            DATABASE.execute("delete from REPRISE_WORK");
        }
    }

    private void assertClaimReadsAFewRows() throws Exception {
        WatchedDatabase database = DATABASE.watched();
        Database access = new Database(DATABASE.pooled(), TestDatabase.TRANSACTIONS);
        List<Work.Definition> offered = new ArrayList<>();
        database.startRecording();
        access.inOwnTransaction(handle -> Work.take(
                handle,
                node.identity,
                new Work.Wanted(2, List.of(), new HashSet<>(), List.of()),
                definition -> !offered.add(definition)));
        List<Entry> made = database.stopRecording().entries();

        assertThat(offered).hasSize(2);
        assertThat(made).isNotEmpty();
        for (Entry entry : made) {
            assertThat(analysed(entry)).noneMatch(line -> {
                Matcher rows = ROWS.matcher(line);
                return rows.find() && rowsOf(rows) > 500;
            });
        }
    }

    /** However much is asked of others, and was left. */
    @Test
    void ofWhatNodesAskOfEachOtherReadAFewRows() throws Exception {
        DATABASE.execute("""
                insert into REPRISE_REQUEST
                    (TO_APPLICATION, KIND, JOB_EXECUTION_ID, DETAILS, CALLER, ROLES, FROM_APPLICATION, EXPIRES_AT, TAKEN_BY)
                select case when i <= 200 then 'some' else 'neighbour' end, 'stop', i, '{}', 'somebody', 'batch-operator',
                       'office', now() + interval '1 hour', case when i % 2 = 0 then 'node-1' end
                  from generate_series(1, 10000) i""");
        DATABASE.execute("analyze REPRISE_REQUEST");
        try {
            WatchedDatabase database = DATABASE.watched();
            Requests requests = new Requests(
                    new Database(DATABASE.pooled(), TestDatabase.TRANSACTIONS),
                    () -> node.identity,
                    Duration.ofSeconds(30));
            database.startRecording();
            assertThat(requests.due("")).isEmpty();
            assertThat(requests.look(List.of(5L, 6L))).hasSize(2);
            assertThat(requests.sweep()).isZero();
            List<Entry> made = database.stopRecording().entries();

            assertThat(made).hasSize(3);
            for (Entry entry : made) {
                assertThat(analysed(entry)).noneMatch(line -> {
                    Matcher rows = ROWS.matcher(line);
                    return rows.find() && rowsOf(rows) > 200;
                });
            }
        } finally {
            DATABASE.execute("delete from REPRISE_REQUEST");
        }
    }

    /** However many wait, here and elsewhere, run, and did since the last vacuum. */
    @Test
    void ofTakingWhatWaitsForANodeReadAFewRows() throws Exception {
        DATABASE.execute("""
                insert into REPRISE_OWNER
                    (JOB_INSTANCE_ID, JOB_EXECUTION_ID, APPLICATION, NODE_ID, INCARNATION, ACQUIRED_AT)
                select i, 2 * i, case when i % 3 = 0 then 'neighbour' else 'some' end,
                       case when i between 2000 and 4000 then '' else 'node-1' end, 1, now()
                  from generate_series(1, 6000) i""");
        DATABASE.execute("update REPRISE_OWNER set NODE_ID = 'node-2' where JOB_INSTANCE_ID between 2000 and 2999");
        try {
            WatchedDatabase database = DATABASE.watched();
            Database own = new Database(DATABASE.pooled(), TestDatabase.TRANSACTIONS);
            for (long expected : List.of(6002L, 6004L)) { // as nobody has counted them, and counted
                database.startRecording();
                own.doInOwnTransaction(handle -> {
                    assertThat(Waiting.oldest(handle, "some", Set.of("foreign"), Set.of(1L)))
                            .isPresent();
                    long oldest = Waiting.lockOldest(handle, "some", Set.of("foreign"), Set.of(1L))
                            .orElseThrow()
                            .id();
                    assertThat(oldest).isEqualTo(expected);
                    assertThat(Waiting.take(handle, oldest, node.identity)).isTrue();
                    assertThat(Waiting.take(handle, oldest, node.identity)).isFalse();
                });
                List<Entry> made = database.stopRecording().entries();

                assertThat(made).hasSize(4);
                for (Entry entry : made) {
                    assertThat(analysed(entry)).noneMatch(line -> {
                        Matcher rows = ROWS.matcher(line);
                        return rows.find() && rowsOf(rows) > 20;
                    });
                }
                DATABASE.execute("analyze REPRISE_OWNER");
            }
        } finally {
            DATABASE.execute("delete from REPRISE_OWNER");
            DATABASE.execute("analyze REPRISE_OWNER");
        }
    }

    /**
     * However many partitions have been planned and forgotten, or are in the table now, of which the database may not know
     * yet: then it takes what is planned for nothing and reads that, but never the history.
     */
    @Test
    void ofPartitionsThatAnyNodeMayRunNeverReadAWholeTable() throws Exception {
        DATABASE.execute("alter table REPRISE_WORK set (autovacuum_enabled = off)");
        String others = """
                insert into REPRISE_WORK
                    (STEP_EXECUTION_ID, PARTITION_OF, JOB_EXECUTION_ID, APPLICATION, JOB_NAME, STATE, NODE_ID, INCARNATION,
                     ATTEMPT, QUEUED_AT)
                select 2 + i, (i - 1) / 1000, (i - 1) / 1000, case when i <= 12000 then '%s' else 'neighbour' end, 'flights',
                       case i %% 4 when 0 then 'READY' when 1 then 'TAKEN' when 2 then 'DONE' else 'PLANNED' end,
                       case when i %% 4 = 1 then 'crowd-' || i %% 100 end, 1, 0, now()
                  from generate_series(1, 15000) i""".formatted(node.identity.application());
        try {
            DATABASE.execute(others);
            DATABASE.execute("delete from REPRISE_WORK");
            DATABASE.execute("analyze REPRISE_WORK");
            assertNoWholeTable(ofPartitions());
            DATABASE.execute(others);
            Cost unknown = ofPartitions();
            assertNoWholeTable(unknown);
            for (Entry entry : unknown.entries()) {
                if (entry.sql().contains("row_number()") || entry.sql().contains("greatest(")) {
                    assertThat(analysed(entry)).as(entry.sql()).noneMatch(line -> {
                        Matcher rows = ROWS.matcher(line);
                        return rows.find() && rowsOf(rows) > 100_000;
                    });
                }
            }
            DATABASE.execute("analyze REPRISE_WORK");
            assertNoWholeTable(ofPartitions());
        } finally {
            DATABASE.execute("delete from REPRISE_WORK");
        }
    }

    /** Everything that is done with them, once. */
    private Cost ofPartitions() {
        NodeIdentity self = node.identity;
        Database access = new Database(DATABASE.pooled(), TestDatabase.TRANSACTIONS);
        JobExecutionImpl execution = node.run(TestNode.job());
        long id = execution.getExecutionId();
        WorkRow step = WorkRow.of(node.step(execution, "load"));
        List<Planned> partitions = IntStream.range(0, 8)
                .mapToObj(number -> new Planned(number, NewStep.partitionName("load", number), null, Map.of()))
                .toList();
        DATABASE.watched().startRecording();
        access.doInOwnTransaction(
                handle -> WorkPlan.insert(handle, step, id, self, partitions, new WorkPlan.Limits(4, null)));
        access.read(handle -> WorkPlan.isThere(handle, step, id, 8));
        access.doInOwnTransaction(handle -> WorkOfSteps.next(handle, step.id(), 8));
        List<Taken> taken = access.inOwnTransaction(handle -> Work.take(
                handle, self, new Work.Wanted(4, List.of(), new HashSet<>(Set.of("x")), List.of(0L)), job -> true));
        access.read(handle -> Work.held(handle, self));
        access.doInOwnTransaction(
                handle -> Work.putBack(handle, taken.get(0).id(), taken.get(0).version(), true));
        access.doInOwnTransaction(handle -> Work.end(handle, WorkRow.of(taken.get(1)), self, "a trace"));
        access.doInOwnTransaction(handle -> WorkOfSteps.stop(handle, step.id()));
        access.read(handle -> WorkOfTheDead.find(handle, self.application(), Duration.ofSeconds(30)));
        access.doInOwnTransaction(handle -> WorkOfTheDead.end(
                handle,
                new WorkOfTheDead.Left(taken.get(2).id(), id, "flights", self, "load:partition2", 2, 1, 0, true),
                "STOPPED",
                ""));
        List<WorkOfSteps.Ended> ended = access.read(handle -> WorkOfSteps.ended(handle, List.of(step.id())));
        access.doInOwnTransaction(handle -> WorkOfSteps.count(handle, step, StepCounts.NONE));
        access.doInOwnTransaction(handle -> WorkOfSteps.forget(
                handle, ended.stream().map(WorkOfSteps.Ended::id).toList()));
        node.end(execution, BatchStatus.FAILED);
        access.doInOwnTransaction(handle -> WorkOfSteps.end(handle, id));
        Cost cost = DATABASE.watched().stopRecording();

        assertThat(taken).hasSize(4);
        assertThat(ended).isNotEmpty();
        return cost;
    }

    /** 10,000 schedules, each with 20 ticks; and as many of another application. */
    @Test
    void ofSchedulesReadNoMoreThanIsDue() throws Exception {
        String application = node.identity.application();
        DATABASE.execute("""
                insert into REPRISE_SCHEDULE (APPLICATION, JOB_NAME, NAMING, SINCE, LOOK_AT, NEXT_AT, VERSION)
                select a, 'job' || i, 'daily', now(), now() + i * interval '1' minute, now(), 0
                  from generate_series(1, 10000) i, unnest(array[cast(? as varchar), 'another']) a""", application);
        DATABASE.execute("""
                insert into REPRISE_TICK (APPLICATION, JOB_NAME, NOMINAL, DUE_AT, STATE, UNFINISHED, JOB_INSTANCE_ID,
                                          JOB_EXECUTION_ID, RECORDED_AT, CHANGED_AT)
                select a, 'job' || i, '2026-11-' || 10 + d || 'T03:00', now(), 'LAUNCHED',
                       case when d = 20 then 'job' || i end, i, 2 * i, now(), now()
                  from generate_series(1, 10000) i, generate_series(1, 20) d,
                       unnest(array[cast(? as varchar), 'another']) a""", application);
        // A month in which the first failed each minute: settled, and so not read again.
        DATABASE.execute("""
                insert into REPRISE_TICK (APPLICATION, JOB_NAME, NOMINAL, DUE_AT, STATE, JOB_INSTANCE_ID, JOB_EXECUTION_ID,
                                          RECORDED_AT, CHANGED_AT)
                select cast(? as varchar), 'job1', to_char(m, 'YYYY-MM-DD"T"HH24:MI'), m, 'LAUNCHED', 0, 0, m, m
                  from generate_series(timestamp '2026-10-01', timestamp '2026-10-30 23:59', interval '1' minute) m""", application);
        DATABASE.execute("analyze REPRISE_SCHEDULE");
        DATABASE.execute("analyze REPRISE_TICK");
        try {
            WatchedDatabase database = DATABASE.watched();
            ScheduleRows schedules = node.repository.thisNode().scheduled().schedules();
            TickRows ticks = node.repository.thisNode().scheduled().ticks();
            database.startRecording();
            ScheduleRow first = schedules.next(100).rows().get(0);
            ScheduleRow taken = schedules.claim(first, Instant.now()).orElseThrow();
            assertThat(ticks.standing(first.job(), "2026-11-25T00:00")).hasSize(6);
            assertThat(ticks.standing(first.job(), "2026-11-25T00:00", 1_000)).hasSize(6);
            assertThat(ticks.named("job7", List.of("2026-11-25T03:00", "2026-11-26T03:00")))
                    .hasSize(2);
            SeenTicks seen = node.repository.thisNode().scheduled().seen();
            assertThat(seen.newest("job7", "9", 50)).hasSize(20);
            seen.last("job7");
            assertThat(seen.undone(50)).isEmpty();
            List<String> keys =
                    IntStream.range(0, 500).mapToObj(i -> "no such key " + i).toList();
            Map<String, Long> begun = new Database(DATABASE.pooled(), InProcessBatch.transactionManager())
                    .read(handle ->
                            new JobInstances(Scope.of(application, Set.of())).launched(handle, JOB.getId(), keys));
            assertThat(begun).isEmpty();
            assertThat(ticks.waiting(List.of("job7", "job8"))).isEmpty();
            TickRows.Decided tick = new TickRows.Decided("2026-12-01T03:00", Instant.now(), TickRow.WAITING, "for it");
            ticks.decided(first.job(), List.of(tick), Instant.now());
            ticks.launched(first.job(), tick, null, 7L, Instant.now());
            ticks.settled(first.job(), List.of("2026-12-01T03:00"));
            ticks.forget(first.job(), Instant.EPOCH);
            schedules.looked(taken, "daily", Instant.now(), Instant.now(), null);
            List<Entry> made = database.stopRecording().entries();

            assertThat(made)
                    .hasSizeGreaterThan(10)
                    .anyMatch(entry -> entry.sql().contains("JOB_KEY in"));
            for (Entry entry : made) {
                assertThat(analysed(entry)).as(entry.sql()).noneMatch(line -> {
                    Matcher rows = ROWS.matcher(line);
                    return rows.find() && rowsOf(rows) > 200;
                });
            }
        } finally {
            DATABASE.execute("delete from REPRISE_SCHEDULE");
            DATABASE.execute("delete from REPRISE_TICK");
        }
    }

    private static final Pattern OWNER_BY_ID =
            Pattern.compile("REPRISE_OWNER( owner)?\\s+(join .*\\s+)?where (owner\\.)?JOB_(EXECUTION|INSTANCE)_ID = ");

    private static final Pattern ROWS =
            Pattern.compile("actual rows=([\\d.]+) loops=(\\d+)|Rows Removed by \\w[\\w ]*: (\\d+)");

    private static double rowsOf(Matcher rows) {
        return rows.group(1) == null
                ? Double.parseDouble(rows.group(3))
                : Double.parseDouble(rows.group(1)) * Double.parseDouble(rows.group(2));
    }

    private static ExecutionSearch search(@Nullable String job, String status, @Nullable String onNode) {
        return new ExecutionSearch(job, Set.of(status), false, onNode, null, null);
    }

    private static Refusal.Kind refused(Runnable launch) {
        try {
            launch.run();
        } catch (LaunchRefusedException e) {
            return e.refusal().kind();
        }
        throw new AssertionError("launched");
    }

    /** Of those that grow with the history. */
    private static final List<String> HISTORY = List.of(" on batch_", " on reprise_exception");

    private static void assertNoWholeTable(Cost cost) throws Exception {
        Map<String, Entry> distinct = new LinkedHashMap<>();
        cost.entries().stream()
                .filter(entry -> !entry.sql().startsWith("set local"))
                .forEach(entry -> distinct.putIfAbsent(entry.sql(), entry));
        List<String> wholeTables = new ArrayList<>();
        List<String> wholeNodes = new ArrayList<>();
        for (Entry entry : distinct.values()) {
            List<String> plan = plan(entry);
            for (int i = 0; i < plan.size(); i++) {
                String line = plan.get(i);
                boolean ofHistory = HISTORY.stream().anyMatch(line::contains);
                String next = i + 1 < plan.size() ? plan.get(i + 1) : "";
                boolean whole = line.contains("Seq Scan")
                        // An index without a condition is read as a whole too.
                        || (line.contains("Index") && line.contains("Scan") && !next.contains("Index Cond"));
                if (ofHistory && whole) {
                    wholeTables.add(line.strip() + " in: " + entry.sql());
                }
                if ((line.contains("reprise_owned_by_node") || line.contains("Seq Scan on reprise_owner"))
                        && OWNER_BY_ID.matcher(entry.sql()).find()) {
                    wholeNodes.add(line.strip() + " in: " + entry.sql());
                }
            }
        }
        assertThat(distinct).hasSizeGreaterThan(10);
        assertThat(wholeTables).isEmpty();
        assertThat(wholeNodes)
                .as("an owner by its id, past all that its node has owned since the last vacuum")
                .isEmpty();
    }

    private static List<String> plan(Entry entry) throws Exception {
        return plan(entry, "costs off");
    }

    private static List<String> analysed(Entry entry) throws Exception {
        return plan(entry, "analyze, costs off, timing off, summary off");
    }

    /** Of each statement, where several are sent at once. */
    private static List<String> plan(Entry entry, String options) throws Exception {
        List<String> plan = new ArrayList<>();
        String explain = "explain (" + options + ") ";
        try (Connection connection = DATABASE.plain().getConnection();
                Statement drawing = connection.createStatement();
                PreparedStatement explaining =
                        connection.prepareStatement(explain + entry.sql().replace(";\n", ";\n" + explain))) {
            drawing.execute("select nextval('BATCH_JOB_EXECUTION_SEQ')"); // what others refer to as the current value
            for (Binding binding : entry.bindings().values()) {
                binding.repeat(explaining);
            }
            for (boolean more = explaining.execute(); more; more = explaining.getMoreResults()) {
                try (ResultSet line = explaining.getResultSet()) {
                    while (line.next()) {
                        plan.add(line.getString(1));
                    }
                }
            }
        }
        REPORT.add(entry.sql().strip().replaceAll("\\s+", " "));
        plan.stream()
                .filter(line -> line.contains("Scan")
                        || line.contains("Insert")
                        || line.contains("Update")
                        || line.contains("Delete"))
                .forEach(line -> REPORT.add("    " + line.strip()));
        REPORT.add("");
        return plan;
    }
}
