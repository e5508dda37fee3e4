package dev.reprise.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.Patience;
import dev.reprise.identity.JobParameters;
import dev.reprise.testing.InProcessBatch;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.runtime.BatchStatus;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** contract.md §3.11: both have found the same number before either starts. */
class NextTest {

    private static final CountDownLatch BOTH_STARTED = new CountDownLatch(1);

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder()
            .beans(Meeting.class)
            .artifact("work", () -> new AbstractBatchlet() {
                @Override
                public String process() throws InterruptedException {
                    assertThat(BOTH_STARTED.await(Patience.MINUTES, TimeUnit.MINUTES))
                            .isTrue();
                    return "done";
                }
            })
            .build();

    /** It is asked between the number and the start: there the first two wait for each other. */
    @ApplicationScoped
    public static class Meeting implements ParametersValidator {

        private static final CyclicBarrier BOTH = new CyclicBarrier(2);
        private static final AtomicInteger ASKED = new AtomicInteger();

        @Override
        public List<String> validate(String jobName, JobParameters parameters) {
            if (ASKED.incrementAndGet() <= 2) {
                try {
                    BOTH.await(Patience.MINUTES, TimeUnit.MINUTES);
                } catch (Exception e) {
                    return List.of("nobody else came: " + e);
                }
            }
            return List.of();
        }
    }

    @Test
    void ofTwoAtOnceTheLoserTakesTheNumberAfter() throws Exception {
        BATCH.define(new JobBuilder("daily")
                .step(new StepBuilder("work").batchlet("work").build())
                .build());
        List<FutureTask<Long>> launches = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            FutureTask<Long> launch = new FutureTask<>(() ->
                    BATCH.launcher().start(LaunchRequest.of("daily").next()).getExecutionId());
            launches.add(launch);
            new Thread(launch).start();
        }
        List<String> numbers = new ArrayList<>();
        for (FutureTask<Long> launch : launches) {
            numbers.add(BATCH.operator()
                    .getParameters(launch.get(Patience.MINUTES, TimeUnit.MINUTES))
                    .getProperty(JobLauncher.RUN_ID));
        }
        BOTH_STARTED.countDown();

        assertThat(numbers).containsExactlyInAnyOrder("1", "2");
        assertThat(Meeting.ASKED).as("one was refused its number, once").hasValue(3);
        for (FutureTask<Long> launch : launches) {
            assertThat(BATCH.await(launch.get()).status()).isEqualTo(BatchStatus.COMPLETED);
        }
    }
}
