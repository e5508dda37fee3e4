package dev.reprise.internal.engine.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.batch.runtime.BatchStatus;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Properties;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which properties each partition gets, and which plans are refused (docs/partitions.md). */
@ExtendWith(ExpectedFailures.class)
class GivenPlanTest {

    private static final SortedSet<String> SEEN = new ConcurrentSkipListSet<>();

    private static volatile Supplier<@Nullable PartitionPlan> mapped = PartitionPlanImpl::new;

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder()
            .jobs("partition-plans")
            .artifact("show", Show::new)
            .artifact("mapper", () -> (PartitionMapper) () -> mapped.get())
            .build();

    /** Notes its properties. */
    public static final class Show extends AbstractBatchlet {

        @Inject
        @BatchProperty
        private String partition;

        @Override
        public String process() {
            SEEN.add(partition);
            return "shown";
        }
    }

    @BeforeEach
    void nothingSeen() {
        SEEN.clear();
    }

    private static void refuses(JobRun run, String why) {
        assertThat(run.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(run.step("load").failure()).isEqualTo("java.lang.IllegalStateException: " + why);
        assertThat(run.failure()).isEqualTo(run.step("load").failure());
        assertThat(SEEN).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sparse | default default+ two",
                "unordered | one two zero",
                "unnumbered | default zero",
                "without-plan | default",
                "without-threads | default default+ default++",
            })
    void givesEachPartitionItsProperties(String job, String seen) {
        assertThat(BATCH.run(job).status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(String.join(" ", SEEN)).isEqualTo(seen.replaceAll(" default\\++", ""));
        assertThat(BATCH.run(job + "-again").step("load").partitions()).hasSize(seen.split(" ").length);
    }

    @ParameterizedTest
    @CsvSource({
        "2, 2, , The plan of step load has properties for partition 2$ but 2 partitions; they are numbered from 0.",
        "1, 2, , The plan of step load has properties for partition 2$ but one partition; they are numbered from 0.",
        "2, -1, , The plan of step load has properties for partition -1$ but 2 partitions; they are numbered from 0.",
        "2, 0, , The plan of step load has properties for partition 0 twice.",
        "many, 1, , 'The plan of step load has partitions=\"many\"$ which is no number.'",
        "-3, , , The plan of step load has -3 partitions on 0 threads; neither can be negative.",
        "3, 1, -1, The plan of step load has 3 partitions on -1 threads; neither can be negative.",
    })
    void refusesAPlanThatContradictsItself(
            String partitions, @Nullable String partition, @Nullable String threads, String why) {
        refuses(
                BATCH.run(
                        partition == null ? "of-parameters-alone" : "of-parameters",
                        Map.of(
                                "partitions", partitions,
                                "partition", partition == null ? "0" : partition,
                                "threads", threads == null ? "0" : threads)),
                why.replace('$', ','));
    }

    @Test
    void takesAMappersPlanWithoutProperties() {
        PartitionPlanImpl plan = new PartitionPlanImpl();
        plan.setPartitions(3);
        mapped = () -> plan;

        assertThat(BATCH.run("mapped").step("load").partitions()).hasSize(3);
        assertThat(SEEN).containsExactly("default");
    }

    @Test
    void takesAMappersPlanWithGaps() {
        PartitionPlanImpl plan = new PartitionPlanImpl();
        plan.setPartitions(3);
        Properties one = new Properties();
        one.setProperty("idx", "one");
        plan.setPartitionProperties(new @Nullable Properties[] {null, one});
        mapped = () -> plan;

        assertThat(BATCH.run("mapped").status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(SEEN).containsExactly("default", "one");
    }

    @Test
    void refusesPropertiesForPartitionsThatAMapperDoesNotPlan() {
        PartitionPlanImpl plan = new PartitionPlanImpl();
        plan.setPartitionProperties(new Properties[] {new Properties(), new Properties()});
        mapped = () -> plan;

        refuses(
                BATCH.run("mapped"),
                "The plan of partition mapper mapper of step load has properties for 2 partitions, but only 0 partitions;"
                        + " those of the others would be lost.");
    }

    @Test
    void refusesNoPlanAtAll() {
        mapped = () -> null;

        refuses(BATCH.run("mapped"), "Partition mapper mapper of step load gave no plan.");
    }
}
