package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.Decider;
import jakarta.batch.api.listener.AbstractStepListener;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.StepContext;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.jberet.job.model.DecisionBuilder;
import org.jberet.job.model.FlowBuilder;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.SplitBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The database commits, and its answer is lost with the connection: at the first commit of a launch and a job, at the
 * second, and so on (contract.md §8.7). What was recorded counts as recorded: each ends as if the answer had come, but for a
 * chunk, of whose commit the engine alone hears; that fails the execution, which goes on by itself behind the chunk. Nobody
 * is said to have taken anything over.
 */
class LostAnswersIT {

    private static final List<String> LINES = new CopyOnWriteArrayList<>();

    private static final Handler KEEPER = new Handler() {
        @Override
        public synchronized void publish(LogRecord line) {
            if (line.getLevel().intValue() >= Level.WARNING.intValue()
                    && line.getMessage() != null
                    && line.getLoggerName().startsWith("dev.reprise")) {
                LINES.add(line.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private @Nullable TestDatabase database;
    private @Nullable InProcessBatch process;

    @BeforeAll
    static void listen() {
        ExpectedFailures.hide();
        Logger.getLogger("dev.reprise.jobs").setLevel(Level.WARNING);
        Logger.getLogger("dev.reprise.jobs").addHandler(KEEPER);
        Logger.getLogger("dev.reprise.jobs").setUseParentHandlers(false);
    }

    @AfterAll
    static void stopListening() {
        Logger.getLogger("dev.reprise.jobs").removeHandler(KEEPER);
        Logger.getLogger("dev.reprise.jobs").setUseParentHandlers(true);
        ExpectedFailures.show();
    }

    @AfterEach
    void close() {
        if (process != null) {
            process.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void twoStepsInChunks(TestDatabase.Kind kind) {
        loseEach(
                kind,
                new JobBuilder("two-steps-" + UUID.randomUUID())
                        .step(chunks("first", 5, 3, "0").next("second").build())
                        .step(chunks("second", 3, 2, "0").build())
                        .build(),
                Map.of("first", upTo(5), "second", upTo(3)),
                8);
    }

    @ParameterizedTest
    @EnumSource
    void oneStep(TestDatabase.Kind kind) {
        loseEach(
                kind,
                new JobBuilder("one-step-" + UUID.randomUUID())
                        .step(chunks("first", 5, 3, "0").build())
                        .build(),
                Map.of("first", upTo(5)),
                5);
    }

    @ParameterizedTest
    @EnumSource
    void aSplitAndADecision(TestDatabase.Kind kind) {
        loseEach(
                kind,
                new JobBuilder("split-" + UUID.randomUUID())
                        .split(new SplitBuilder("both")
                                .flow(new FlowBuilder("left")
                                        .step(chunks("left1", 2, 2, "0")
                                                .next("left2")
                                                .build())
                                        .step(chunks("left2", 2, 2, "0").build())
                                        .build())
                                .flow(new FlowBuilder("right")
                                        .step(chunks("right1", 2, 2, "0").build())
                                        .build())
                                .next("enough")
                                .build())
                        .decision(new DecisionBuilder("enough", "decider")
                                .nextOn("more")
                                .to("after")
                                .build())
                        .step(chunks("after", 2, 2, "0").build())
                        .build(),
                Map.of("left1", upTo(2), "left2", upTo(2), "right1", upTo(2), "after", upTo(2)),
                12);
    }

    @ParameterizedTest
    @EnumSource
    void partitions(TestDatabase.Kind kind) {
        loseEach(
                kind,
                new JobBuilder("partitioned-" + UUID.randomUUID())
                        .step(chunks("parts", 4, 3, "#{partitionPlan['offset']}")
                                .partitionPlan(3, 2, CrashEverywhereIT.Reader.partitions(3))
                                .build())
                        .build(),
                Map.of("parts", upTo(12)),
                12);
    }

    @ParameterizedTest
    @EnumSource
    void aBatchletWithUserDataAndAListener(TestDatabase.Kind kind) {
        loseEach(
                kind,
                new JobBuilder("batchlet-" + UUID.randomUUID())
                        .step(new StepBuilder("work")
                                .batchlet("batchlet")
                                .listener("listener")
                                .next("after")
                                .build())
                        .step(chunks("after", 2, 2, "0").build())
                        .build(),
                Map.of("after", upTo(2)),
                6);
    }

    /** The launch of a restart, which skips what is complete. */
    @ParameterizedTest
    @EnumSource
    void aRestart(TestDatabase.Kind kind) {
        Job job = new JobBuilder("restart-" + UUID.randomUUID())
                .step(chunks("first", 2, 2, "0").next("second").build())
                .step(new StepBuilder("second").batchlet("failing").build())
                .build();
        InProcessBatch open = open(kind, job);
        int answers = 0;
        for (int lost = 1; lost > 0; answers++) {
            String run = "run" + answers;
            Failing.fails = true;
            assertThat(open.run(job.getId(), Map.of("run", run)).status()).isEqualTo(BatchStatus.FAILED);
            Failing.fails = false;
            LINES.clear();

            JobRun restarted = lose(open, job, run, answers);

            lost = database().watched().swallowed().size();
            assertThat(restarted.status()).as(what(job, run, restarted)).isEqualTo(BatchStatus.COMPLETED);
            check(job, run, restarted);
            assertWritten(what(job, run, restarted), run, "first", upTo(2));
        }
        assertThat(answers).as("answers lost, and one run without").isGreaterThan(3);
    }

    /** A job that fails: its reason is the one, and no other. */
    @ParameterizedTest
    @EnumSource
    void aFailure(TestDatabase.Kind kind) {
        Job job = new JobBuilder("failing-" + UUID.randomUUID())
                .step(chunks("first", 2, 2, "0").next("second").build())
                .step(new StepBuilder("second").batchlet("failing").build())
                .build();
        InProcessBatch open = open(kind, job);
        Failing.fails = true;
        int answers = 0;
        for (int lost = 1; lost > 0; answers++) {
            LINES.clear();
            String run = "run" + answers;

            JobRun failed = lose(open, job, run, answers);

            lost = database().watched().swallowed().size();
            assertThat(failed.status()).as(what(job, run, failed)).isEqualTo(BatchStatus.FAILED);
            if (!isOfAChunk()) {
                assertThat(failed.failure()).as(what(job, run, failed)).contains("as wanted");
                assertWritten(what(job, run, failed), run, "first", upTo(2));
            }
            check(job, run, failed);
        }
        assertThat(answers).as("answers lost, and one run without").isGreaterThan(5);
    }

    // ---- What it takes ---------------------------------------------------------------------------------------------

    private void loseEach(TestDatabase.Kind kind, Job job, Map<String, List<String>> items, int atLeast) {
        InProcessBatch open = open(kind, job);
        int answers = 0;
        for (int lost = 1; lost > 0; answers++) {
            LINES.clear();
            String run = "run" + answers;

            JobRun first = lose(open, job, run, answers);

            lost = database().watched().swallowed().size();
            String what = what(job, run, first);
            JobRun last = first;
            if (isOfAChunk()) {
                assertThat(first.status()).as(what).isIn(BatchStatus.FAILED, BatchStatus.COMPLETED);
                if (first.status() == BatchStatus.FAILED) {
                    assertThat(first.failure()).as(what).startsWith("A database was away while it ran.");
                    last = open.run(job.getId(), Map.of("run", run));
                }
            }
            assertThat(last.status()).as(what).isEqualTo(BatchStatus.COMPLETED);
            check(job, run, last);
            items.forEach((step, numbers) -> assertWritten(what, run, step, numbers));
        }
        System.out.println(job.getId() + " on " + kind + ": each of " + (answers - 1) + " answers lost");
        assertThat(answers).isGreaterThan(atLeast);
    }

    private JobRun lose(InProcessBatch open, Job job, String run, int answers) {
        database().watched().swallowAnswerAfter(answers);
        try {
            return open.run(job.getId(), Map.of("run", run));
        } finally {
            database().watched().swallowNoMore();
        }
    }

    private static List<String> upTo(int last) {
        return IntStream.rangeClosed(1, last).mapToObj(String::valueOf).toList();
    }

    private void assertWritten(String what, String run, String step, List<String> numbers) {
        assertThat(database().rows("select NUMBER from ITEM where RUN = ? and STEP = ? order by NUMBER", run, step))
                .as(step + " of " + what)
                .isEqualTo(numbers);
    }

    private boolean isOfAChunk() {
        return database().watched().swallowed().stream().anyMatch(sql -> sql.contains("REPRISE_WRITER_CHECKPOINT = ?"));
    }

    private String what(Job job, String run, JobRun execution) {
        return job.getId() + ", " + run + ", lost the answer of "
                + database().watched().swallowed() + ": " + execution + " " + LINES;
    }

    private void check(Job job, String run, JobRun execution) {
        String what = what(job, run, execution);
        assertThat(LINES)
                .as(what)
                .noneMatch(line -> line.contains("another node")
                        || line.contains("taken over")
                        || line.contains("not this node's")
                        || line.contains("could not be recorded"));
        assertThat(database().rows("""
                        select STEP, NUMBER from ITEM where RUN = ?
                         group by STEP, NUMBER having count(*) > 1""", run)).as(what).isEmpty();
        assertThat(database()
                        .rows(
                                "select STATUS from BATCH_STEP_EXECUTION where JOB_EXECUTION_ID = ? and STATUS in ('STARTED',"
                                        + " 'STOPPING', 'STOPPED')",
                                execution.executionId()))
                .as(what)
                .isEmpty();
        assertThat(database()
                        .rows(
                                "select STEP_NAME from BATCH_STEP_EXECUTION where JOB_EXECUTION_ID = ? group by STEP_NAME having"
                                        + " count(*) > 1",
                                execution.executionId()))
                .as(what)
                .isEmpty();
        assertThat(database()
                        .rows(
                                "select ELEMENT from REPRISE_TRANSITION where JOB_EXECUTION_ID = ? group by ELEMENT having"
                                        + " count(*) > 1",
                                execution.executionId()))
                .as(what)
                .isEmpty();
        assertThat(database().rows("select JOB_EXECUTION_ID from REPRISE_OWNER"))
                .as(what)
                .isEmpty();
    }

    private TestDatabase database() {
        TestDatabase known = database;
        if (known == null) {
            throw new IllegalStateException("no database");
        }
        return known;
    }

    private InProcessBatch open(TestDatabase.Kind kind, Job job) {
        TestDatabase opened = TestDatabase.empty(kind);
        database = opened;
        opened.execute(
                "create table ITEM (RUN varchar(200) not null, STEP varchar(100) not null, NUMBER integer not null)");
        InProcessBatch open = InProcessBatch.builder()
                .database(opened.watched().url())
                .outage(Duration.ofSeconds(20))
                .artifact("reader", CrashEverywhereIT.Reader::new)
                .artifact("writer", CrashEverywhereIT.Writer::new)
                .artifact("batchlet", Keeping::new)
                .artifact("failing", Failing::new)
                .artifact("listener", () -> new AbstractStepListener() {})
                .artifact("decider", () -> (Decider) executions -> "more")
                .build()
                .open();
        process = open;
        open.define(job);
        return open;
    }

    private static StepBuilder chunks(String id, int items, int chunk, String offset) {
        return new StepBuilder(id)
                .reader("reader", new String[] {"count", String.valueOf(items)}, new String[] {"offset", offset})
                .writer("writer", new String[] {"run", "#{jobParameters['run']}"})
                .itemCount(chunk);
    }

    /** Keeps something. */
    public static final class Keeping extends AbstractBatchlet {

        @Inject
        private StepContext step;

        @Override
        public @Nullable String process() {
            step.setPersistentUserData("kept");
            return null;
        }
    }

    /** Fails when told to. */
    public static final class Failing extends AbstractBatchlet {

        private static volatile boolean fails;

        @Override
        public @Nullable String process() {
            if (fails) {
                throw new IllegalStateException("as wanted");
            }
            return null;
        }
    }
}
