package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.launch.LaunchRequest;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.runtime.BatchStatus;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The database commits the launch for any node, the claim, the start, the end, and its answer is lost with the connection: it
 * runs once, as if the answer had come.
 */
@ExtendWith(ExpectedFailures.class)
class DispatchLostAnswersTest {

    private final TestDatabase database = TestDatabase.shared(TestDatabase.Kind.POSTGRESQL);
    private final Queue<String> ran = new ConcurrentLinkedQueue<>();
    private InProcessBatch batch;

    /** After which a node looks, whatever it has not heard. */
    private Watch reports;

    /** Notes that it ran. */
    public final class Noting extends AbstractBatchlet {

        @Inject
        @BatchProperty
        private String run;

        @Override
        public String process() {
            ran.add(run);
            return "DONE";
        }
    }

    @BeforeEach
    void open() {
        batch = InProcessBatch.builder()
                .database(database.watched().url())
                .outage(Duration.ofSeconds(5))
                .artifact("noting", Noting::new)
                .build()
                .open();
        RepriseRepository repository = batch.repository();
        ClassLoader loader = getClass().getClassLoader();
        reports = new Watch(
                "reports",
                Duration.ofMillis(100),
                () -> true,
                () -> repository
                        .running()
                        .dispatched()
                        .look(repository, EngineOperator.environments(job -> loader), () -> true));
        reports.lookAfter(Duration.ZERO);
    }

    @AfterEach
    void close() {
        reports.close();
        database.watched().swallowNoMore();
        batch.close();
    }

    @Test
    void runOnceWhicheverAnswerIsLost() {
        Job job = new JobBuilder("dispatched-" + UUID.randomUUID())
                .step(new StepBuilder("work")
                        .batchlet("noting", new String[] {"run", "#{jobParameters['run']}"})
                        .build())
                .build();
        batch.define(job);
        batch.run(LaunchRequest.of(job.getId()).with("run", "first")); // records the definition
        ran.clear();
        List<String> runs = new ArrayList<>();
        List<String> lost;
        do {
            String run = "run " + runs.size();
            runs.add(run);
            database.watched().swallowAnswerAfter(runs.size() - 1);
            JobRun ended =
                    batch.run(LaunchRequest.of(job.getId()).with("run", run).onAnyNode());
            lost = database.watched().swallowed();
            database.watched().swallowNoMore();

            assertThat(ended.status())
                    .as("%s, without the answer to %s", ended, lost)
                    .isEqualTo(BatchStatus.COMPLETED);
            assertThat(batch.operator().getJobExecutions(batch.operator().getJobInstance(ended.executionId())))
                    .hasSize(1);
        } while (!lost.isEmpty());

        assertThat(runs).hasSizeGreaterThan(4);
        assertThat(ran).containsExactlyElementsOf(runs);
    }
}
