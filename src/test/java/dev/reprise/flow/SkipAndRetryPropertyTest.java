package dev.reprise.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.flow.NumberedItems.BadItem;
import dev.reprise.flow.NumberedItems.Hiccup;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.runtime.BatchStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;

/** Whatever is skipped, retried or fails: an item is written once, or it was skipped. */
class SkipAndRetryPropertyTest {

    private static final int ITEMS = 8;
    private static final int LAUNCHES = 12;

    private static final InProcessBatch BATCH = TestBatch.BATCH;

    private static int instances;

    /** An item that is no good, or works only later. */
    record Trouble(String where, int item, boolean bad, int times) {}

    @BeforeContainer
    static void open() {
        ExpectedFailures.hide();
        BATCH.open();
    }

    @AfterContainer
    static void close() {
        BATCH.close();
        ExpectedFailures.show();
    }

    @Property(tries = 60)
    void everyItemIsWrittenOnceOrWasSkipped(
            @ForAll("troubles") @Size(min = 1, max = 4) List<Trouble> troubles,
            @ForAll @IntRange(min = 1, max = 4) int itemCount,
            @ForAll @IntRange(max = 3) int skipLimit,
            @ForAll @IntRange(max = 3) int retryLimit,
            @ForAll boolean rollback) {
        TestBatch.ITEMS.begin(ITEMS);
        for (Trouble trouble : troubles) {
            TestBatch.ITEMS.trouble(
                    trouble.where(),
                    trouble.item(),
                    IntStream.range(0, trouble.times())
                            .mapToObj(i -> trouble.bad() ? new BadItem() : new Hiccup())
                            .toArray(Exception[]::new));
        }
        StepBuilder step = new StepBuilder("load")
                .reader(NumberedItems.READER)
                .processor(NumberedItems.PROCESSOR)
                .writer(NumberedItems.WRITER)
                .listener(NumberedItems.LISTENER)
                .itemCount(itemCount)
                .skipLimit(skipLimit)
                .retryLimit(retryLimit)
                .skippableExceptionsInclude(List.of(BadItem.class.getName()))
                .retryableExceptionsInclude(List.of(Hiccup.class.getName()));
        if (!rollback) {
            step.noRollbackExceptionsInclude(List.of(Hiccup.class.getName()));
        }
        BATCH.define(new JobBuilder("careful").step(step.build()).build());
        LaunchRequest request = LaunchRequest.of("careful").with("instance", String.valueOf(++instances));

        JobRun run = BATCH.run(request);
        long written = run.step("load").counts().written();
        for (int launch = 1; launch < LAUNCHES && run.status() != BatchStatus.COMPLETED; launch++) {
            run = BATCH.run(request);
            written += run.step("load").counts().written();
        }

        List<Integer> found = new ArrayList<>();
        TestBatch.ITEMS.takeWritten().forEach(found::addAll);
        List<String> events = TestBatch.ITEMS.takeEvents();
        assertThat(run.status()).as("%s", events).isEqualTo(BatchStatus.COMPLETED);
        assertThat(found).as("%s", events).isSorted().doesNotHaveDuplicates().hasSize((int) written);
        assertThat(IntStream.rangeClosed(1, ITEMS)
                        .filter(item -> !found.contains(item))
                        .filter(item -> !wasSkipped(item, events, troubles)))
                .as("lost: %s", events)
                .isEmpty();
    }

    @Provide
    Arbitrary<List<Trouble>> troubles() {
        return Combinators.combine(
                        Arbitraries.of("read", "process", "write"),
                        Arbitraries.integers().between(1, ITEMS),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(1, 2))
                .as(Trouble::new)
                .list()
                .uniqueElements(trouble -> trouble.where() + trouble.item());
    }

    private static boolean wasSkipped(int item, List<String> events, List<Trouble> troubles) {
        return events.contains("skip of item " + item)
                || events.stream().anyMatch(event -> event.matches("skip of chunk \\[(.*, )?" + item + "(, .*)?]"))
                || (events.contains("skip of a read")
                        && troubles.stream()
                                .anyMatch(trouble -> trouble.bad()
                                        && trouble.item() == item
                                        && trouble.where().equals("read")));
    }
}
