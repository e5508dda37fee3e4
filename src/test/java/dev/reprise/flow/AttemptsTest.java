package dev.reprise.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.flow.NumberedItems.Hiccup;
import dev.reprise.state.Attempts;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import java.util.stream.IntStream;
import org.jberet.job.model.JobBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The failure of an instance is told over its attempts (decision 035). */
@ExtendWith(ExpectedFailures.class)
class AttemptsTest {

    @RegisterExtension
    static final InProcessBatch BATCH = TestBatch.BATCH;

    @BeforeEach
    void manyItems() {
        TestBatch.ITEMS.begin(40);
        BATCH.define(new JobBuilder("tried")
                .step(NumberedItems.step("load", 10).build())
                .build());
    }

    private static Hiccup[] often() {
        return IntStream.range(0, 10).mapToObj(i -> new Hiccup()).toArray(Hiccup[]::new);
    }

    private static @Nullable Attempts run() {
        JobRun run = BATCH.run("tried");
        return BATCH.repository()
                .history()
                .execution(run.executionId())
                .orElseThrow()
                .attempts();
    }

    @Test
    void sayWhatAllHaveCommittedAndSinceWhenTheyFailInTheSameWay() {
        TestBatch.ITEMS.trouble("read", 15, new Hiccup());
        TestBatch.ITEMS.trouble("read", 36, often());

        assertThat(run()).isEqualTo(new Attempts(1, 1, 10));
        assertThat(run()).isEqualTo(new Attempts(2, 2, 30));
        assertThat(run()).isEqualTo(new Attempts(3, 2, 30));
        assertThat(run()).isEqualTo(new Attempts(4, 2, 30));
    }

    /** Of the same chunk, with the same message. */
    @Test
    void sayThatItIsAnotherItem() {
        TestBatch.ITEMS.trouble("read", 35, new Hiccup(), new Hiccup());
        TestBatch.ITEMS.trouble("read", 36, new Hiccup());

        assertThat(run()).isEqualTo(new Attempts(1, 1, 30));
        assertThat(run()).isEqualTo(new Attempts(2, 1, 30));
        assertThat(run()).isEqualTo(new Attempts(3, 3, 30));
        assertThat(run()).isNull();
    }
}
