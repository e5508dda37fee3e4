package dev.reprise.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.PostgresServer;
import dev.reprise.launch.LaunchRequest;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.sql.SQLException;
import org.jberet.cdi.JobScoped;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.Test;

/** Executions that any node may run, where there is one alone: nothing is different for the job. */
class DispatchHereTest {

    /** What its job shares. */
    @JobScoped
    public static class Notes {

        private int notes;

        public int next() {
            return ++notes;
        }
    }

    /** A bean, with what the engine's scopes have. */
    @Named("noting")
    @Dependent
    public static class Noting extends AbstractBatchlet {

        private final Notes notes;
        private final JobContext job;

        @Inject
        Noting(Notes notes, JobContext job) {
            this.notes = notes;
            this.job = job;
        }

        @Override
        public String process() {
            return "note " + notes.next() + " of " + job.getProperties().getProperty("name");
        }
    }

    private static JobRun run(InProcessBatch.Builder builder) {
        try (InProcessBatch batch =
                builder.beans(Notes.class, Noting.class).build().open()) {
            Job job = new JobBuilder("notes")
                    .property("name", "#{jobParameters['name']}")
                    .step(new StepBuilder("first")
                            .batchlet("noting")
                            .next("second")
                            .build())
                    .step(new StepBuilder("second").batchlet("noting").build())
                    .build();
            batch.define(job);
            return batch.run(
                    LaunchRequest.of("notes").with("name", "dispatched").onAnyNode());
        }
    }

    private static void assertRan(JobRun run) {
        assertThat(run.status()).as(run.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(run.step("second").exitStatus()).isEqualTo("note 2 of dispatched");
    }

    @Test
    void runOnThisNodeOnH2() {
        assertRan(run(InProcessBatch.builder()));
    }

    @Test
    void runOnTheOnlyNodeOfPostgreSql() throws SQLException {
        var postgres = PostgresServer.emptySchema();

        assertRan(run(InProcessBatch.builder().database(postgres.getUrl() + "&user=" + postgres.getUser())));
    }
}
