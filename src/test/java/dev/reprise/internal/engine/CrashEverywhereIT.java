package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.Patience;
import dev.reprise.Skip;
import dev.reprise.database.WatchedDatabase.Death;
import dev.reprise.job.WriteSkip;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.annotation.Resource;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.Decider;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.batch.api.listener.AbstractStepListener;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.StepContext;
import jakarta.inject.Inject;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jberet.job.model.DecisionBuilder;
import org.jberet.job.model.FlowBuilder;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.SplitBuilder;
import org.jberet.job.model.StepBuilder;
import org.jberet.runtime.JobExecutionImpl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The process dies at its first statement, at its second, and so on to the end of the job and of the process itself.
 * Wherever it was, the job is launched again until it is complete, and then:
 *
 * <ul>
 *   <li>each item of each step is written exactly once, and no step has run that the job does not come to;
 *   <li>the newest execution is COMPLETED, and no execution and no step or partition looks as if it ran;
 *   <li>what the rows of a step say that it has written, over all executions, is what it has;
 *   <li>nothing has an owner.
 * </ul>
 */
@ExtendWith(ExpectedFailures.class)
class CrashEverywhereIT {

    private static final String ON_POSTGRESQL = "reprise.crash.postgresql";

    /** More than any of the jobs needs: each crash is followed by a restart that is left alone. */
    private static final int MOST_EXECUTIONS = 4;

    private static final AtomicBoolean WRITE_FAILS = new AtomicBoolean();

    private TestDatabase database;

    @BeforeEach
    void database() {
        boolean postgresql = "postgresql".equals(System.getProperty("reprise.it.database"));
        Skip.unless(
                !postgresql || Boolean.getBoolean(ON_POSTGRESQL),
                "crashes on PostgreSQL take minutes: -D" + ON_POSTGRESQL + "=true");
        database = TestDatabase.empty(postgresql ? TestDatabase.Kind.POSTGRESQL : TestDatabase.Kind.H2);
        database.execute(
                "create table ITEM (RUN varchar(20) not null, STEP varchar(100) not null, NUMBER integer not null)");
    }

    // ---- The jobs --------------------------------------------------------------------------------------------------

    @Test
    void twoStepsInChunks() {
        crashEverywhere(
                new JobBuilder("two-steps")
                        .step(chunks("first", 7, 3).next("second").build())
                        .step(chunks("second", 5, 2).build())
                        .build(),
                Map.of("first", numbers(1, 7), "second", numbers(1, 5)));
    }

    @Test
    void aConditionalFlow() {
        crashEverywhere(
                new JobBuilder("conditional")
                        .step(chunks("load", 4, 2)
                                .listener("odd")
                                .nextOn("COMPLETED")
                                .to("never")
                                .nextOn("O?D")
                                .to("flow")
                                .build())
                        .step(chunks("never", 1, 1).build())
                        .flow(new FlowBuilder("flow")
                                .step(chunks("mend", 3, 2).next("enough").build())
                                .decision(new DecisionBuilder("enough", "decider")
                                        .nextOn("more")
                                        .to("more")
                                        .build())
                                .step(chunks("more", 2, 2).build())
                                .next("send")
                                .build())
                        .step(chunks("send", 2, 1).build())
                        .build(),
                Map.of("load", numbers(1, 4), "mend", numbers(1, 3), "more", numbers(1, 2), "send", numbers(1, 2)));
    }

    @Test
    void aSplit() {
        crashEverywhere(
                new JobBuilder("split")
                        .split(new SplitBuilder("both")
                                .flow(new FlowBuilder("left")
                                        .step(chunks("left1", 5, 2)
                                                .next("left2")
                                                .build())
                                        .step(chunks("left2", 2, 2).build())
                                        .build())
                                .flow(new FlowBuilder("right")
                                        .step(chunks("right1", 4, 2).build())
                                        .build())
                                .next("after")
                                .build())
                        .step(chunks("after", 3, 2).build())
                        .build(),
                Map.of(
                        "left1", numbers(1, 5),
                        "left2", numbers(1, 2),
                        "right1", numbers(1, 4),
                        "after", numbers(1, 3)));
    }

    @Test
    void morePartitionsThanThreads() {
        crashEverywhere(
                new JobBuilder("partitioned")
                        .step(chunks("parts", 4, 3, "#{partitionPlan['offset']}")
                                .partitionPlan(5, 2, Reader.partitions(5))
                                .next("after")
                                .build())
                        .step(chunks("after", 1, 1).build())
                        .build(),
                Map.of("parts", numbers(1, 20), "after", numbers(1, 1)));
    }

    @Test
    void skipsAndRetries() {
        List<Integer> allButTheBad = new ArrayList<>(numbers(1, 12));
        allButTheBad.remove(Integer.valueOf(6));
        crashEverywhere(
                new JobBuilder("troubled")
                        .step(chunks("load", 12, 4)
                                .processor("processor")
                                .skippableExceptionsInclude(List.of(Bad.class.getName()))
                                .retryableExceptionsInclude(List.of(Transient.class.getName()))
                                .build())
                        .build(),
                Map.of("load", allButTheBad));
    }

    /** Each item of a chunk by itself, and each skipped one recorded by itself. */
    @Test
    void skipsOfItemsThatCannotBeWritten() {
        List<Integer> allButTheBad = new ArrayList<>(numbers(1, 12));
        allButTheBad.removeAll(List.of(5, 6, 12));
        crashEverywhere(
                new JobBuilder("picky")
                        .step(chunks("load", 12, 4)
                                .writer("picky", new String[] {"run", "#{jobParameters['run']}"})
                                .property(WriteSkip.PROPERTY, "item")
                                .skippableExceptionsInclude(List.of(Bad.class.getName()))
                                .retryableExceptionsInclude(List.of(Transient.class.getName()))
                                .build())
                        .build(),
                Map.of("load", allButTheBad));
    }

    private static StepBuilder chunks(String id, int items, int chunk) {
        return chunks(id, items, chunk, "0");
    }

    private static StepBuilder chunks(String id, int items, int chunk, String offset) {
        return new StepBuilder(id)
                .reader("reader", new String[] {"count", String.valueOf(items)}, new String[] {"offset", offset})
                .writer("writer", new String[] {"run", "#{jobParameters['run']}"})
                .itemCount(chunk);
    }

    private static List<Integer> numbers(int first, int last) {
        return IntStream.rangeClosed(first, last).boxed().toList();
    }

    /** Reads {@code count} numbers after an offset. */
    public static final class Reader extends AbstractItemReader {

        @Inject
        @BatchProperty
        private int count;

        @Inject
        @BatchProperty
        private int offset;

        private int read;

        /** What a plan says to so many partitions of four items. */
        static List<Properties> partitions(int count) {
            return IntStream.range(0, count)
                    .mapToObj(number -> {
                        Properties properties = new Properties();
                        properties.setProperty("offset", String.valueOf(number * 4));
                        return properties;
                    })
                    .toList();
        }

        @Override
        public void open(@Nullable Serializable checkpoint) {
            read = checkpoint == null ? 0 : (Integer) checkpoint;
        }

        @Override
        public @Nullable Integer readItem() {
            if (read == count) {
                return null;
            }
            read++;
            return offset + read;
        }

        @Override
        public Serializable checkpointInfo() {
            return read;
        }
    }

    /** Writes numbers in the chunk's transaction; when told to, fails once at number 7, after it has. */
    public static class Writer extends AbstractItemWriter {

        @Inject
        @BatchProperty
        private String run;

        @Inject
        private StepContext step;

        @Resource
        private DataSource dataSource;

        @Override
        public void writeItems(List<Object> items) throws Exception {
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement insert =
                            connection.prepareStatement("insert into ITEM (RUN, STEP, NUMBER) values (?, ?, ?)")) {
                for (Object item : items) {
                    insert.setString(1, run);
                    insert.setString(2, step.getStepName());
                    insert.setInt(3, (Integer) item);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            if (items.contains(7) && WRITE_FAILS.compareAndSet(true, false)) {
                throw new Transient();
            }
        }
    }

    /** Cannot do anything with 5, 6 and 12, and notices too late. */
    public static final class Picky extends Writer {

        @Override
        public void writeItems(List<Object> items) throws Exception {
            super.writeItems(items);
            if (items.stream().anyMatch(List.of(5, 6, 12)::contains)) {
                throw new Bad();
            }
        }
    }

    /** Cannot do anything with 6. */
    private static final class Processor implements ItemProcessor {
        @Override
        public Object processItem(Object item) {
            if (item.equals(6)) {
                throw new Bad();
            }
            return item;
        }
    }

    /** Gives its step the exit status ODD. */
    public static final class Odd extends AbstractStepListener {

        @Inject
        private StepContext step;

        @Override
        public void afterStep() {
            step.setExitStatus("ODD");
        }
    }

    private static final class Bad extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Transient extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    // ---- The crashes -----------------------------------------------------------------------------------------------

    /** The process that finishes what the one before it left is the next one to die. */
    private void crashEverywhere(Job job, Map<String, List<Integer>> items) {
        int crashes = 0;
        InProcessBatch process = process(job);
        try {
            boolean crashed = true;
            while (crashed) {
                String run = "run" + crashes;
                crashed = crash(process, job, run, crashes);
                process = process(job);
                List<JobRun> rounds = recover(process, job, run);
                check(job, run, items, rounds);
                crashes += crashed ? 1 : 0;
            }
        } finally {
            process.close();
        }
        System.out.println(job.getId() + ": crashed at each of " + crashes + " statements and commits");
        assertThat(crashes).isGreaterThan(10);
    }

    private InProcessBatch process(Job job) {
        database.watched().beginAnotherProcess();
        InProcessBatch process = InProcessBatch.builder()
                .database(database.watched().url())
                .artifact("reader", Reader::new)
                .artifact("writer", Writer::new)
                .artifact("picky", Picky::new)
                .artifact("processor", Processor::new)
                .artifact("odd", Odd::new)
                .artifact("decider", () -> (Decider) executions -> "more")
                .build()
                .open();
        process.define(job);
        return process;
    }

    /**
     * Runs the job in a process that dies.
     *
     * @param after how many statements and commits of the launch, the job and the process's end go through
     * @return false if nothing was left to die at
     */
    private boolean crash(InProcessBatch process, Job job, String run, int after) {
        WRITE_FAILS.set(true);
        database.watched().killAfter(after);
        try (process) {
            Properties parameters = new Properties();
            parameters.setProperty("run", run);
            long execution = process.operator().start(job.getId(), parameters);
            ((JobExecutionImpl) process.operator().getJobExecution(execution))
                    .awaitTermination(Patience.MINUTES, TimeUnit.MINUTES);
        } catch (Death expected) {
            // of the thread that launches it, or of the one that ends the process
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return database.watched().isDead();
    }

    /** Launching the job in a process that is left alone until it is complete. */
    private static List<JobRun> recover(InProcessBatch process, Job job, String run) {
        WRITE_FAILS.set(true);
        List<JobRun> rounds = new ArrayList<>();
        while (rounds.isEmpty() || rounds.get(rounds.size() - 1).status() != BatchStatus.COMPLETED) {
            assertThat(rounds).as("executions of %s", run).hasSizeLessThan(MOST_EXECUTIONS);
            try {
                rounds.add(process.run(job.getId(), Map.of("run", run)));
            } catch (LaunchRefusedException e) {
                assertThat(e.refusal().kind()).as(e.getMessage()).isEqualTo(Refusal.Kind.ALREADY_COMPLETE);
                break;
            }
        }
        return rounds;
    }

    private void check(Job job, String run, Map<String, List<Integer>> items, List<JobRun> rounds) {
        String what = job.getId() + ", " + run + ": " + rounds;
        items.forEach((step, numbers) -> assertThat(
                        database
                                .rows("select NUMBER from ITEM where RUN = ? and STEP = ? order by NUMBER", run, step)
                                .stream()
                                .map(Integer::valueOf))
                .as("%s of %s", step, what)
                .isEqualTo(numbers.stream().toList()));
        String instance = database.row("""
                select distinct e.JOB_INSTANCE_ID from BATCH_JOB_EXECUTION e
                  join BATCH_JOB_EXECUTION_PARAMS p on p.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
                 where e.REPRISE_JOB_NAME = ? and p.PARAMETER_NAME = 'run' and p.PARAMETER_VALUE = ?""", job.getId(), run);
        long id = Long.parseLong(instance);
        assertThat(database.rows(
                        "select STATUS from BATCH_JOB_EXECUTION where JOB_INSTANCE_ID = ? order by JOB_EXECUTION_ID desc",
                        id))
                .as(what)
                .startsWith("COMPLETED")
                .doesNotContain("STARTING", "STARTED", "STOPPING");
        items.forEach((step, numbers) -> assertThat(database.row("""
                        select sum(s.WRITE_COUNT) from BATCH_STEP_EXECUTION s
                          join BATCH_JOB_EXECUTION e on e.JOB_EXECUTION_ID = s.JOB_EXECUTION_ID
                         where e.JOB_INSTANCE_ID = ? and s.STEP_NAME = ?""", id, step))
                .as("written by %s of %s", step, what)
                .isEqualTo(String.valueOf(numbers.size())));
        assertThat(database.rows("""
                        select s.STEP_NAME, s.STATUS from BATCH_STEP_EXECUTION s
                          join BATCH_JOB_EXECUTION e on e.JOB_EXECUTION_ID = s.JOB_EXECUTION_ID
                         where e.JOB_INSTANCE_ID = ?
                           and (s.END_TIME is null or s.STATUS in ('STARTING', 'STARTED', 'STOPPING'))""", id)).as("left behind by %s", what).isEmpty();
        assertThat(database.rows("select JOB_EXECUTION_ID from REPRISE_OWNER"))
                .as(what)
                .isEmpty();
        assertThat(database.rows("select distinct STEP from ITEM where RUN = ?", run))
                .as("steps of %s", what)
                .containsExactlyInAnyOrderElementsOf(items.keySet());
    }
}
