package dev.reprise.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.flow.NumberedItems.BadItem;
import dev.reprise.flow.NumberedItems.Hiccup;
import dev.reprise.state.StepCounts;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.runtime.BatchStatus;
import java.util.List;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** docs/guide.md, "Counts": what skips and retries do, and which numbers stand for them afterwards. */
@ExtendWith(ExpectedFailures.class)
class SkipAndRetryTest {

    @RegisterExtension
    static final InProcessBatch BATCH = TestBatch.BATCH;

    private static StepBuilder chunksOfFive() {
        return new StepBuilder("load")
                .reader(NumberedItems.READER)
                .processor(NumberedItems.PROCESSOR)
                .writer(NumberedItems.WRITER)
                .listener(NumberedItems.LISTENER)
                .itemCount(5);
    }

    private static Job job(StepBuilder step) {
        return new JobBuilder("careful").step(step.build()).build();
    }

    private static List<String> eventsOfListener() {
        return TestBatch.ITEMS.takeEvents().stream()
                .filter(event -> !event.startsWith("writer"))
                .toList();
    }

    @Test
    void skipsItemsThatCannotBeReadOrProcessed() {
        TestBatch.ITEMS.begin(10);
        TestBatch.ITEMS.trouble("read", 3, new BadItem());
        TestBatch.ITEMS.trouble("process", 8, new BadItem());
        BATCH.define(job(chunksOfFive()
                .skippableExceptionsInclude(List.of(BadItem.class.getName()))
                .skipLimit(2)));

        JobRun run = BATCH.run("careful");

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(TestBatch.ITEMS.takeWritten()).containsExactly(List.of(1, 2, 4, 5, 6), List.of(7, 9, 10));
        assertThat(run.step("load").counts()).isEqualTo(new StepCounts(9, 8, 0, 2, 0, 1, 1, 0));
        assertThat(eventsOfListener()).containsExactly("open at 0", "skip of a read", "skip of item 8");
    }

    @Test
    void failsWhenThereIsMoreToSkipThanTheLimitAndTheRestartCountsAnew() {
        TestBatch.ITEMS.begin(10);
        TestBatch.ITEMS.trouble("process", 2, new BadItem());
        TestBatch.ITEMS.trouble("process", 7, new BadItem(), new BadItem());
        BATCH.define(job(chunksOfFive()
                .skippableExceptionsInclude(List.of(BadItem.class.getName()))
                .skipLimit(1)));

        JobRun failed = BATCH.run("careful");
        List<List<Integer>> before = TestBatch.ITEMS.takeWritten();
        JobRun restarted = BATCH.run("careful");

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(failed.step("load").counts()).isEqualTo(new StepCounts(7, 4, 0, 1, 1, 0, 1, 0));
        assertThat(before).containsExactly(List.of(1, 3, 4, 5));
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(TestBatch.ITEMS.takeWritten()).containsExactly(List.of(6, 8, 9, 10));
        assertThat(restarted.step("load").counts()).isEqualTo(new StepCounts(5, 4, 0, 2, 0, 0, 1, 0));
    }

    @Test
    void dropsAWholeChunkThatCannotBeWrittenAndCountsOneSkip() {
        TestBatch.ITEMS.begin(12);
        TestBatch.ITEMS.trouble("write", 7, new BadItem());
        BATCH.define(job(chunksOfFive().skippableExceptionsInclude(List.of(BadItem.class.getName()))));

        JobRun run = BATCH.run("careful");

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(TestBatch.ITEMS.takeWritten()).containsExactly(List.of(1, 2, 3, 4, 5), List.of(11, 12));
        assertThat(run.step("load").counts()).isEqualTo(new StepCounts(12, 7, 0, 2, 0, 0, 0, 1));
        assertThat(eventsOfListener()).containsExactly("open at 0", "skip of chunk [6, 7, 8, 9, 10]");
    }

    /** After the rollback the engine goes in chunks of one item past the place of the trouble. */
    @Test
    void retriesWithRollbackFromTheLastCommitAndCountsWhatIsReadAgain() {
        TestBatch.ITEMS.begin(10);
        TestBatch.ITEMS.trouble("process", 8, new Hiccup());
        BATCH.define(job(chunksOfFive().retryableExceptionsInclude(List.of(Hiccup.class.getName()))));

        JobRun run = BATCH.run("careful");

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(TestBatch.ITEMS.takeWritten())
                .containsExactly(List.of(1, 2, 3, 4, 5), List.of(6), List.of(7), List.of(8), List.of(9, 10));
        assertThat(run.step("load").counts()).isEqualTo(new StepCounts(13, 10, 0, 5, 1, 0, 0, 0));
        assertThat(eventsOfListener()).containsExactly("open at 0", "retry of item 8", "chunk fails", "open at 5");
    }

    @Test
    void retriesOnTheSpotWhereNoRollbackIsWanted() {
        TestBatch.ITEMS.begin(10);
        TestBatch.ITEMS.trouble("read", 2, new Hiccup());
        TestBatch.ITEMS.trouble("process", 4, new Hiccup(), new Hiccup());
        TestBatch.ITEMS.trouble("write", 7, new Hiccup());
        BATCH.define(job(chunksOfFive()
                .retryableExceptionsInclude(List.of(Hiccup.class.getName()))
                .noRollbackExceptionsInclude(List.of(Hiccup.class.getName()))
                .retryLimit(4)));

        JobRun run = BATCH.run("careful");

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(TestBatch.ITEMS.takeWritten()).containsExactly(List.of(1, 2, 3, 4, 5), List.of(6, 7, 8, 9, 10));
        assertThat(run.step("load").counts()).isEqualTo(new StepCounts(10, 10, 0, 3, 0, 0, 0, 0));
        assertThat(eventsOfListener())
                .containsExactly(
                        "open at 0",
                        "retry of a read",
                        "retry of item 4",
                        "retry of item 4",
                        "retry of chunk [6, 7, 8, 9, 10]");
    }

    @Test
    void failsWhenThereIsMoreToRetryThanTheLimit() {
        TestBatch.ITEMS.begin(10);
        TestBatch.ITEMS.trouble("write", 7, new Hiccup(), new Hiccup());
        BATCH.define(job(chunksOfFive()
                .retryableExceptionsInclude(List.of(Hiccup.class.getName()))
                .retryLimit(1)));

        JobRun failed = BATCH.run("careful");
        TestBatch.ITEMS.takeWritten();
        JobRun restarted = BATCH.run("careful");

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(failed.step("load").counts()).isEqualTo(new StepCounts(12, 6, 0, 2, 2, 0, 0, 0));
        assertThat(TestBatch.ITEMS.takeWritten()).containsExactly(List.of(7, 8, 9, 10));
        assertThat(restarted.step("load").counts()).isEqualTo(new StepCounts(4, 4, 0, 1, 0, 0, 0, 0));
    }

    /** The second time an item is in trouble it is skipped, where it may be both. */
    @Test
    void skipsWhatARetryDidNotMend() {
        TestBatch.ITEMS.begin(5);
        TestBatch.ITEMS.trouble("process", 3, new Hiccup(), new Hiccup());
        BATCH.define(job(chunksOfFive()
                .retryableExceptionsInclude(List.of(Hiccup.class.getName()))
                .skippableExceptionsInclude(List.of(Hiccup.class.getName()))));

        JobRun run = BATCH.run("careful");

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(TestBatch.ITEMS.takeWritten().stream().flatMap(List::stream)).containsExactly(1, 2, 4, 5);
        assertThat(run.step("load").counts().processSkips()).isEqualTo(1);
        assertThat(run.step("load").counts().written()).isEqualTo(4);
    }
}
