package dev.reprise.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.flow.NumberedItems.Hiccup;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.state.StepCounts;
import dev.reprise.state.StepState;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import dev.reprise.testing.RangeReader;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.Metric;
import jakarta.batch.runtime.Metric.MetricType;
import jakarta.batch.runtime.StepExecution;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.Test;

/** contract.md §5, §9: a partitioned step runs what is left of it, and its row has the sums, wherever its partitions run. */
abstract class PartitionsAnywhere {

    final String job = "partitioned-" + UUID.randomUUID();

    private final InProcessBatch batch;

    PartitionsAnywhere(InProcessBatch batch) {
        this.batch = batch;
    }

    /** Says of a step where its partitions run. */
    abstract StepBuilder placed(StepBuilder step);

    /** Partitions of five items each. */
    final StepBuilder partitions(int count, int threads) {
        return placed(new StepBuilder("load")
                .reader(
                        NumberedItems.READER,
                        new String[] {NumberedItems.FIRST, "#{partitionPlan['first']}"},
                        new String[] {NumberedItems.LAST, "#{partitionPlan['last']}"})
                .writer(NumberedItems.WRITER)
                .itemCount(2)
                .partitionPlan(count, threads, RangeReader.partitions(count, 5)));
    }

    private static List<String> partitions(JobRun run) {
        return run.step("load").partitions().stream()
                .map(partition -> partition.name() + " " + partition.status() + " "
                        + partition.counts().written() + " of "
                        + partition.counts().read())
                .toList();
    }

    @Test
    void areNotRunAgainAndTheOthersGoOnAtTheirOwnCheckpoints() {
        TestBatch.ITEMS.begin(0);
        TestBatch.ITEMS.trouble("read", 8, new Hiccup());
        TestBatch.ITEMS.trouble("read", 15, new Hiccup());
        batch.define(new JobBuilder(job).step(partitions(4, 2).build()).build());

        JobRun failed = batch.run(job);
        TestBatch.ITEMS.takeWritten();
        JobRun restarted = batch.run(job);

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(partitions(failed))
                .containsExactly(
                        "load:partition0 COMPLETED 5 of 5",
                        "load:partition1 FAILED 2 of 2",
                        "load:partition2 FAILED 4 of 4",
                        "load:partition3 COMPLETED 5 of 5");
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(partitions(restarted))
                .containsExactly("load:partition1 COMPLETED 3 of 3", "load:partition2 COMPLETED 1 of 1");
        assertThat(TestBatch.ITEMS.takeWritten())
                .filteredOn(chunk -> !chunk.isEmpty())
                .containsExactlyInAnyOrder(List.of(8, 9), List.of(10), List.of(15));
    }

    @Test
    void areSummedUpOnTheRowOfTheStep() {
        TestBatch.ITEMS.begin(0);
        batch.define(new JobBuilder(job).step(partitions(3, 1).build()).build());

        JobRun run = batch.run(job);

        assertThat(run.step("load").counts()).isEqualTo(new StepCounts(15, 15, 0, 9, 0, 0, 0, 0));
        assertThat(run.step("load").partitions())
                .extracting(StepState::counts)
                .containsOnly(new StepCounts(5, 5, 0, 3, 0, 0, 0, 0));
    }

    /** All of them, from their first items; and numbered as before. */
    @Test
    void runAgainWhereTheStepMayRunAgain() {
        TestBatch.ITEMS.begin(0);
        TestBatch.SCRIPTED.play(Map.of("then", List.of(ScriptedJob.THROWS, ScriptedJob.NOTHING)));
        batch.define(new JobBuilder(job)
                .step(partitions(3, 2).allowStartIfComplete(true).next("then").build())
                .step(ScriptedArtifacts.step("then").build())
                .build());

        batch.run(job);
        JobRun restarted = batch.run(job);

        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(partitions(restarted))
                .containsExactly(
                        "load:partition0 COMPLETED 5 of 5",
                        "load:partition1 COMPLETED 5 of 5",
                        "load:partition2 COMPLETED 5 of 5");
    }

    /** One partition has ended, another waits after its first chunk: who asks sees both. */
    @Test
    void areSeenTogetherWithThoseThatStillRun() {
        TestBatch.ITEMS.begin(0);
        CountDownLatch gate = TestBatch.ITEMS.gate(8);
        batch.define(new JobBuilder(job).step(partitions(2, 2).build()).build());
        long id = batch.launcher().start(LaunchRequest.of(job)).getExecutionId();
        try {
            Awaitility.await().untilAsserted(() -> assertThat(metrics(id)).containsExactly(7L, 7L, 4L));
        } finally {
            gate.countDown();
        }

        assertThat(batch.await(id).status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(metrics(id)).containsExactly(10L, 10L, 6L);
    }

    /** Read, written, commits: of the step, for there is nothing else to see. */
    private List<Long> metrics(long executionId) {
        List<StepExecution> steps = batch.operator().getStepExecutions(executionId);
        assertThat(steps).hasSize(1);
        List<Long> values = new ArrayList<>();
        for (MetricType type : List.of(MetricType.READ_COUNT, MetricType.WRITE_COUNT, MetricType.COMMIT_COUNT)) {
            for (Metric metric : steps.get(0).getMetrics()) {
                if (metric.getType() == type) {
                    values.add(metric.getValue());
                }
            }
        }
        return values;
    }
}
