package dev.reprise.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.flow.NumberedItems.Hiccup;
import dev.reprise.state.StepCounts;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.runtime.BatchStatus;
import java.util.List;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** contract.md §4 and §5: where a step goes on, and what it remembers. */
@ExtendWith(ExpectedFailures.class)
class CheckpointTest {

    @RegisterExtension
    static final InProcessBatch BATCH = TestBatch.BATCH;

    private static StepBuilder chunks(int itemCount) {
        return NumberedItems.step("load", itemCount);
    }

    @Test
    void isTheLastWholeChunk() {
        TestBatch.ITEMS.begin(20);
        TestBatch.ITEMS.trouble("read", 12, new Hiccup());
        BATCH.define(new JobBuilder("items").step(chunks(7).build()).build());

        JobRun failed = BATCH.run("items");
        List<List<Integer>> before = TestBatch.ITEMS.takeWritten();
        JobRun restarted = BATCH.run("items");

        assertThat(before).containsExactly(List.of(1, 2, 3, 4, 5, 6, 7));
        assertThat(failed.step("load").counts()).isEqualTo(new StepCounts(11, 7, 0, 1, 1, 0, 0, 0));
        assertThat(TestBatch.ITEMS.takeWritten())
                .containsExactly(List.of(8, 9, 10, 11, 12, 13, 14), List.of(15, 16, 17, 18, 19, 20));
        assertThat(restarted.step("load").counts()).isEqualTo(new StepCounts(13, 13, 0, 2, 0, 0, 0, 0));
    }

    @Test
    void holdsWhenTheRestartHasChunksOfAnotherSize() {
        TestBatch.ITEMS.begin(17);
        TestBatch.ITEMS.trouble("read", 14, new Hiccup());
        BATCH.define(new JobBuilder("items").step(chunks(10).build()).build());

        BATCH.run("items");
        TestBatch.ITEMS.takeWritten();
        BATCH.define(new JobBuilder("items").step(chunks(5).build()).build());
        JobRun restarted = BATCH.run("items");

        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(TestBatch.ITEMS.takeWritten()).containsExactly(List.of(11, 12, 13, 14, 15), List.of(16, 17));
    }

    @Test
    void comesWhereACustomAlgorithmSays() {
        TestBatch.ITEMS.begin(8);
        TestBatch.ITEMS.trouble("read", 7, new Hiccup());
        BATCH.define(new JobBuilder("items")
                .step(chunks(100)
                        .checkpointPolicy("custom")
                        .checkpointAlgorithm(NumberedItems.ALGORITHM)
                        .build())
                .build());

        BATCH.run("items");
        List<String> events = TestBatch.ITEMS.takeEvents();
        List<List<Integer>> before = TestBatch.ITEMS.takeWritten();
        BATCH.run("items");

        assertThat(before).containsExactly(List.of(1, 2, 3), List.of(4, 5));
        assertThat(events)
                .filteredOn(event -> !event.contains(" "))
                .containsExactly("begin", "end", "begin", "end", "begin");
        assertThat(TestBatch.ITEMS.takeWritten()).containsExactly(List.of(6, 7, 8));
    }

    @Test
    void isTheWritersToo() {
        TestBatch.ITEMS.begin(6);
        TestBatch.ITEMS.trouble("write", 5, new Hiccup());
        BATCH.define(new JobBuilder("items").step(chunks(2).build()).build());

        BATCH.run("items");
        List<String> before = TestBatch.ITEMS.takeEvents();
        BATCH.run("items");

        assertThat(before).containsExactly("open at 0", "writer knows 0 chunks, persistent null, transient null");
        assertThat(TestBatch.ITEMS.takeEvents())
                .as("persistent user data of the last commit comes with it, transient user data does not")
                .containsExactly("open at 4", "writer knows 2 chunks, persistent 4, transient null");
    }
}
