package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.testing.InProcessBatch;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.Decider;
import jakarta.batch.api.listener.JobListener;
import jakarta.batch.api.listener.StepListener;
import jakarta.batch.api.partition.AbstractPartitionAnalyzer;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.StepContext;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jberet.job.model.Decision;
import org.jberet.job.model.DecisionBuilder;
import org.jberet.job.model.FlowBuilder;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * contract.md §4.18: what an onlooker finds recorded, the job and its steps, when something of the application runs between
 * two moments that share a transaction where nothing does.
 */
class MomentsTest {

    private final List<String> found = Collections.synchronizedList(new ArrayList<>());

    /** Says what is recorded when it is called. */
    private final class Onlooker extends AbstractPartitionAnalyzer implements JobListener, StepListener, Decider {

        private final TestDatabase database;

        Onlooker(TestDatabase database) {
            this.database = database;
        }

        private void look(String where) {
            found.add(where + ": " + database.row("select STATUS from BATCH_JOB_EXECUTION") + " " + database.rows("""
                            select STEP_NAME, STATUS || case when REPRISE_USER_DATA is null then '' else ' with data' end
                            from BATCH_STEP_EXECUTION order by STEP_EXECUTION_ID"""));
        }

        Onlooker made() {
            look("made");
            return this;
        }

        @Override
        public void beforeJob() {
            look("beforeJob");
        }

        @Override
        public void afterJob() {
            look("afterJob");
        }

        @Override
        public void beforeStep() {
            look("beforeStep");
        }

        @Override
        public void afterStep() {
            look("afterStep");
        }

        @Override
        public String decide(jakarta.batch.runtime.StepExecution[] before) {
            look("decide");
            return "GO";
        }

        @Override
        public void analyzeStatus(@Nullable BatchStatus status, @Nullable String exitStatus) {
            look("analyzeStatus");
        }
    }

    private static final class Work extends AbstractBatchlet {

        @Inject
        private StepContext step;

        @Override
        public String process() {
            step.setPersistentUserData("done");
            return "done";
        }
    }

    private List<String> found(TestDatabase.Kind kind, JobBuilder job) {
        TestDatabase database = TestDatabase.migrated(kind);
        Job built = job.build();
        try (InProcessBatch batch = InProcessBatch.builder()
                .database(database.watched().url())
                .artifact("onlooker", () -> new Onlooker(database))
                .artifact("onlooker-from-the-first", () -> new Onlooker(database).made())
                .artifact("work", Work::new)
                .build()
                .open()) {
            batch.define(built);
            assertThat(batch.run(built.getId()).status()).isEqualTo(BatchStatus.COMPLETED);
        }
        return found.stream().distinct().toList(); // the engine makes some artifacts twice
    }

    private static StepBuilder step(String name) {
        return new StepBuilder(name).batchlet("work");
    }

    private static Decision decision() {
        return new DecisionBuilder("decision", "onlooker")
                .endOn("GO")
                .exitStatus()
                .build();
    }

    @ParameterizedTest
    @EnumSource
    void aListenerOfTheJobFindsItsStartAndTheEndOfItsLastStep(TestDatabase.Kind kind) {
        assertThat(found(
                        kind,
                        new JobBuilder("job")
                                .listener("onlooker")
                                .step(step("load").build())))
                .containsExactly("beforeJob: STARTED []", "afterJob: STARTED [load|COMPLETED with data]");
    }

    @ParameterizedTest
    @EnumSource
    void aListenerOfTheFirstStepFindsTheStartOfTheJobAndWhatItsBatchletKeeps(TestDatabase.Kind kind) {
        assertThat(found(
                        kind,
                        new JobBuilder("job")
                                .step(step("load")
                                        .listener("onlooker-from-the-first")
                                        .build())))
                .containsExactly(
                        "made: STARTED []",
                        "beforeStep: STARTED [load|STARTED]",
                        "afterStep: STARTED [load|STARTED with data]");
    }

    @ParameterizedTest
    @EnumSource
    void aDeciderFindsTheEndOfTheStepBefore(TestDatabase.Kind kind) {
        assertThat(found(
                        kind,
                        new JobBuilder("job")
                                .step(step("load").next("decision").build())
                                .decision(decision())))
                .containsExactly("decide: STARTED [load|COMPLETED with data]");
    }

    @ParameterizedTest
    @EnumSource
    void aDeciderBehindAFlowFindsTheEndOfItsLastStep(TestDatabase.Kind kind) {
        assertThat(found(
                        kind,
                        new JobBuilder("job")
                                .flow(new FlowBuilder("flow")
                                        .step(step("load").build())
                                        .next("decision")
                                        .build())
                                .decision(decision())))
                .containsExactly("decide: STARTED [load|COMPLETED with data]");
    }

    @ParameterizedTest
    @EnumSource
    void anAnalyzerFindsTheEndOfThePartition(TestDatabase.Kind kind) {
        assertThat(found(
                        kind,
                        new JobBuilder("job")
                                .step(step("load")
                                        .partitionPlan(1, 1)
                                        .partitionAnalyzer("onlooker")
                                        .build())))
                .containsExactly("analyzeStatus: STARTED [load|STARTED, load:partition0|COMPLETED with data]");
    }
}
