package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.Patience;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.partition.AbstractPartitionAnalyzer;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.batch.runtime.BatchStatus;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionManager;
import java.io.Serializable;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of the transactions of analyzers and mappers that outlive their time-out, or are ended by others. */
@ExtendWith(ExpectedFailures.class)
class TransactionsTest {

    private static final TransactionManager TRANSACTIONS = InProcessBatch.transactionManager();

    /** What something does in a transaction. */
    @FunctionalInterface
    private interface Act {
        void act() throws Exception;
    }

    private static volatile CountDownLatch rolledBack = new CountDownLatch(1);
    private static volatile Act inAnalyzer = () -> {};
    private static volatile Act inPartition = () -> {};
    private static volatile Act inMapper = () -> {};

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder()
            .artifact("work", Work::new)
            .artifact("analyzer", Analyzer::new)
            .artifact("collector", () -> (jakarta.batch.api.partition.PartitionCollector) () -> "data")
            .artifact("mapper", Mapper::new)
            .build();

    /** Acts in its second partition. */
    public static final class Work extends AbstractBatchlet {

        @Override
        public String process() throws Exception {
            inPartition.act();
            return "done";
        }
    }

    /** Acts when the first data come. */
    public static final class Analyzer extends AbstractPartitionAnalyzer {

        private boolean acted;

        @Override
        public void analyzeCollectorData(@Nullable Serializable data) throws Exception {
            if (!acted) {
                acted = true;
                inAnalyzer.act();
            }
        }
    }

    /** One partition after the other. */
    public static final class Mapper implements PartitionMapper {

        @Override
        public PartitionPlan mapPartitions() throws Exception {
            inMapper.act();
            PartitionPlanImpl plan = new PartitionPlanImpl();
            plan.setPartitions(2);
            plan.setThreads(1);
            plan.setPartitionProperties(new Properties[] {new Properties(), new Properties()});
            return plan;
        }
    }

    @BeforeEach
    void quiet() {
        nobodyActs();
    }

    private static void nobodyActs() {
        rolledBack = new CountDownLatch(1);
        inAnalyzer = () -> {};
        inPartition = () -> {};
        inMapper = () -> {};
    }

    private static void tellOfRollback() throws Exception {
        TRANSACTIONS.getTransaction().registerSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
                if (status == Status.STATUS_ROLLEDBACK) {
                    rolledBack.countDown();
                }
            }
        });
    }

    private static void awaitRollback() throws InterruptedException {
        assertThat(rolledBack.await(Patience.MINUTES, TimeUnit.MINUTES)).isTrue();
    }

    private static JobRun run(String... property) {
        StepBuilder step = new StepBuilder("load")
                .batchlet("work")
                .partitionMapper("mapper")
                .partitionCollector("collector")
                .partitionAnalyzer("analyzer");
        if (property.length > 0) {
            step.property(property[0], property[1]);
        }
        BATCH.define(new JobBuilder("analyzed").step(step.build()).build());
        return BATCH.run("analyzed");
    }

    private static void fails(JobRun run, String why) {
        assertThat(run.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(run.step("load").failure()).matches(why);
        assertThat(run.failure()).isEqualTo(run.step("load").failure());
        nobodyActs();
    }

    private static void nothingStaysWithTheThreads() {
        for (int i = 0; i < 12; i++) {
            BATCH.define(new JobBuilder("after")
                    .property("reprise.identity", "none")
                    .step(new StepBuilder("load")
                            .batchlet("work")
                            .partitionPlan(1)
                            .partitionAnalyzer("analyzer")
                            .build())
                    .build());
            assertThat(BATCH.run("after").status()).isEqualTo(BatchStatus.COMPLETED);
        }
    }

    private static final String TIMED_OUT = "java.lang.IllegalStateException: The transaction of partition analyzer"
            + " analyzer of step load was rolled back from outside after .* s, as one is that outlives its time-out"
            + " \\(1 s, the step's jakarta.transaction.global.timeout\\): it begins when the last partition does,"
            + " and lasts until all have ended. Raise the step property jakarta.transaction.global.timeout, or set"
            + " jberet.analyzer.txDisabled=true there if the analyzer needs none.";

    @Test
    void ofAnAnalyzerThatWaitsForAPartitionTooLong() throws Exception {
        CountDownLatch analyzing = new CountDownLatch(1);
        inAnalyzer = () -> {
            tellOfRollback();
            analyzing.countDown();
        };
        inPartition = new Act() {
            private boolean first = true;

            @Override
            public synchronized void act() throws Exception {
                if (!first) {
                    assertThat(analyzing.await(Patience.MINUTES, TimeUnit.MINUTES))
                            .isTrue();
                    awaitRollback();
                }
                first = false;
            }
        };

        fails(run("jakarta.transaction.global.timeout", "1"), TIMED_OUT);
        assertThat(run().status()).isEqualTo(BatchStatus.COMPLETED);
        nothingStaysWithTheThreads();
    }

    @Test
    void ofAnAnalyzerThatWorksTooLong() {
        inAnalyzer = () -> {
            tellOfRollback();
            awaitRollback();
        };

        fails(run("jakarta.transaction.global.timeout", "1"), TIMED_OUT);
        nothingStaysWithTheThreads();
    }

    @Test
    void ofAnAnalyzerThatSaysRollback() {
        inAnalyzer = TRANSACTIONS::setRollbackOnly;

        fails(
                run(),
                "java.lang.IllegalStateException: The transaction of partition analyzer analyzer of step load can only be"
                        + " rolled back: an artifact or a resource has marked it so.");
    }

    @Test
    void ofAnAnalyzerThatEndsIt() {
        inAnalyzer = TRANSACTIONS::rollback;

        fails(
                run(),
                "java.lang.IllegalStateException: The transaction of partition analyzer analyzer of step load was ended by"
                        + " the analyzer itself; it is the engine's to end.");
    }

    @Test
    void ofAnAnalyzerThatHasNone() {
        AtomicInteger seen = new AtomicInteger(-1);
        inAnalyzer = () -> seen.set(TRANSACTIONS.getStatus());

        assertThat(run("jberet.analyzer.txDisabled", "true").status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(seen).hasValue(Status.STATUS_NO_TRANSACTION);
    }

    @Test
    void ofAMapperThatWorksTooLong() {
        inMapper = () -> {
            TRANSACTIONS.setTransactionTimeout(1);
            TRANSACTIONS.begin();
            TRANSACTIONS.setTransactionTimeout(0);
            tellOfRollback();
            awaitRollback();
            throw new IllegalStateException("the rows are gone");
        };

        fails(
                run(),
                "partition mapper mapper \\(mapPartitions\\) of step load: java.lang.IllegalStateException: the rows are gone");
        nothingStaysWithTheThreads();
    }

    /** Its own: the engine gives a batchlet none. */
    @Test
    void ofAPartitionThatWorksTooLong() {
        inPartition = () -> {
            TRANSACTIONS.setTransactionTimeout(1);
            TRANSACTIONS.begin();
            TRANSACTIONS.setTransactionTimeout(0);
            tellOfRollback();
            awaitRollback();
            TRANSACTIONS.commit();
        };

        fails(
                run(),
                "batchlet work \\(process\\) of partition 0 of step load: jakarta.transaction.RollbackException: .*");
        nothingStaysWithTheThreads();
    }

    @Test
    void ofAPartitionThatForgetsIt() {
        inPartition = TRANSACTIONS::begin;

        fails(
                run(),
                "batchlet work \\(process\\) of partition 0 of step load: java.lang.IllegalStateException: It left a"
                        + " transaction open, which was rolled back. Commit or roll back what it begins.");
        nothingStaysWithTheThreads();
    }

    @Test
    void ofAMapperThatForgetsIt() {
        inMapper = TRANSACTIONS::begin;

        fails(
                run(),
                "partition mapper mapper \\(mapPartitions\\) of step load: java.lang.IllegalStateException: It left a transaction"
                        + " open, which was rolled back. Commit or roll back what it begins.");
        nothingStaysWithTheThreads();
    }
}
