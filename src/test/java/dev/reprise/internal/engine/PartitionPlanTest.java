package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.state.StepState;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.listener.AbstractStepListener;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import jakarta.inject.Inject;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A restart goes on with the partitions that the step began with, or says why it cannot (contract.md §5). */
class PartitionPlanTest {

    private static final SortedSet<Integer> RAN = new ConcurrentSkipListSet<>();
    private static final Set<Integer> FAILING = ConcurrentHashMap.newKeySet();
    private static volatile int partitions;
    private static volatile boolean override;

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder()
            .artifact("mapper", () -> (PartitionMapper) PartitionPlanTest::plan)
            .artifact("part", Part::new)
            .artifact("fails-once", FailsOnce::new)
            .artifact("looks", Looks::new)
            .build();

    private static PartitionPlan plan() {
        if (partitions == 0) {
            throw new IllegalStateException("no plan");
        }
        PartitionPlanImpl plan = new PartitionPlanImpl();
        plan.setPartitions(partitions);
        plan.setThreads(2);
        plan.setPartitionsOverride(override);
        Properties[] properties = new Properties[partitions];
        for (int i = 0; i < partitions; i++) {
            properties[i] = new Properties();
            properties[i].setProperty("number", String.valueOf(i));
        }
        plan.setPartitionProperties(properties);
        return plan;
    }

    /** Works, or fails if its number is among those that do. */
    public static final class Part extends AbstractBatchlet {

        @Inject
        @BatchProperty
        private int number;

        @Override
        public String process() {
            RAN.add(number);
            if (FAILING.contains(number)) {
                throw new IllegalStateException("partition " + number + " fails");
            }
            return "done";
        }
    }

    /** Fails its step after all partitions are complete, once. */
    public static final class FailsOnce extends AbstractStepListener {

        private static final AtomicBoolean FAILED = new AtomicBoolean();

        @Override
        public void afterStep() {
            if (FAILED.compareAndSet(false, true)) {
                throw new IllegalStateException("after the partitions");
            }
        }
    }

    private static final Queue<String> LOOKS = new ConcurrentLinkedQueue<>();

    /** Notes the statuses of all partitions in the tables. */
    public static final class Looks extends AbstractBatchlet {

        @Inject
        private JobContext job;

        @Override
        public String process() {
            LOOKS.add(BATCH.report(job.getExecutionId()).step("load").partitions().stream()
                    .map(StepState::status)
                    .toList()
                    .toString());
            return "looked";
        }
    }

    @BeforeEach
    void forget() {
        BATCH.define(new JobBuilder("parts")
                .step(new StepBuilder("load")
                        .batchlet("part", new String[] {"number", "#{partitionPlan['number']}"})
                        .partitionMapper("mapper")
                        .build())
                .build());
        override = false;
        FAILING.clear();
        RAN.clear();
    }

    private static JobRun run(int planned, Integer... failing) {
        partitions = planned;
        FAILING.clear();
        FAILING.addAll(Set.of(failing));
        RAN.clear();
        return BATCH.run("parts");
    }

    private static void failsClearly(JobRun run, String beforeAndNow) {
        assertThat(run.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(run.step("load").failure())
                .isEqualTo("java.lang.IllegalStateException: The partition plan of step load changed before this"
                        + " restart, which can only go on with the partitions that the step began with. "
                        + beforeAndNow + " Restart it with the plan it had, or let the mapper's plan override"
                        + " (setPartitionsOverride(true)), which begins all partitions anew.");
        assertThat(RAN).isEmpty();
    }

    @Test
    void aRestartRunsWhatIsNotComplete() {
        run(4, 1, 3);

        JobRun restarted = run(4);

        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(RAN).isEqualTo(new TreeSet<>(Set.of(1, 3)));
        assertThat(restarted.step("load").partitions())
                .extracting(StepState::name)
                .containsExactly("load:partition1", "load:partition3");
    }

    @Test
    void aSmallerPlanFailsClearly() {
        run(4, 1, 3);

        failsClearly(run(2), "It began with 4 partitions and has fewer now.");
        assertThat(run(4).status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(RAN).isEqualTo(new TreeSet<>(Set.of(1, 3)));
    }

    @Test
    void aLargerPlanFailsClearly() {
        run(4, 1, 3);

        failsClearly(run(6), "It began with 4 partitions and has 6 now.");
        assertThat(run(4).status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(RAN).isEqualTo(new TreeSet<>(Set.of(1, 3)));
    }

    @Test
    void aLargerPlanFailsClearlyWhenAllPartitionsWereComplete() {
        BATCH.define(new JobBuilder("parts")
                .step(new StepBuilder("load")
                        .batchlet("part", new String[] {"number", "#{partitionPlan['number']}"})
                        .partitionMapper("mapper")
                        .listener("fails-once")
                        .build())
                .build());
        run(2);

        failsClearly(run(3), "It began with 2 partitions and has more now.");
        assertThat(run(2).status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(RAN).isEmpty();
    }

    @Test
    void aPlanThatChangedFailsClearlyAlsoIfTheFirstAttemptHadNone() {
        run(0);
        run(4, 1, 3);

        failsClearly(run(6), "It began with 4 partitions and has 6 now.");
        assertThat(run(4).status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(RAN).isEqualTo(new TreeSet<>(Set.of(1, 3)));
    }

    @Test
    void aPlanEndsWithTheCompletionOfItsStep() {
        BATCH.define(new JobBuilder("parts")
                .step(new StepBuilder("load")
                        .batchlet("part", new String[] {"number", "#{partitionPlan['number']}"})
                        .partitionMapper("mapper")
                        .allowStartIfComplete(true)
                        .next("after")
                        .build())
                .step(new StepBuilder("after")
                        .batchlet("part", new String[] {"number", "100"})
                        .build())
                .build());
        run(4, 100);
        run(0);

        assertThat(run(5).status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(RAN).containsExactly(0, 1, 2, 3, 4, 100);
    }

    /** As the TCK has it, which restarts a plan of 3 with a mapper that says 7. */
    @Test
    void anotherPlanIsOverlookedWithoutIdentity() {
        BATCH.define(new JobBuilder("parts")
                .property("reprise.identity", "none")
                .step(new StepBuilder("load")
                        .batchlet("part", new String[] {"number", "#{partitionPlan['number']}"})
                        .partitionMapper("mapper")
                        .build())
                .build());
        JobRun failed = run(3, 0, 1, 2);

        partitions = 7;
        FAILING.clear();
        RAN.clear();
        JobRun restarted = BATCH.await(BATCH.operator().restart(failed.executionId(), new Properties()));

        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(RAN).containsExactly(0, 1, 2);
    }

    @Test
    void anOverridingPlanBeginsAnewAndIsWhatLaterRestartsGoOnWith() {
        run(4, 1, 3);
        override = true;
        JobRun anew = run(3, 2);
        override = false;

        JobRun restarted = run(3);

        assertThat(anew.step("load").partitions()).hasSize(3);
        assertThat(RAN).containsExactly(2);
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
    }

    /** The engine itself says nothing of an end before all partitions have begun; a crash would repeat what was done. */
    @Test
    void aPartitionThatHasEndedIsCompleteBeforeTheNextOneBegins() {
        BATCH.define(new JobBuilder("parts")
                .step(new StepBuilder("load")
                        .batchlet("looks")
                        .partitionPlan(3, 1)
                        .build())
                .build());
        LOOKS.clear();

        assertThat(BATCH.run("parts").status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(LOOKS).containsExactly("[STARTED]", "[COMPLETED, STARTED]", "[COMPLETED, COMPLETED, STARTED]");
    }
}
