package dev.reprise.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.jobs.NumberReader;
import dev.reprise.jobs.NumberWriter;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import jakarta.batch.runtime.BatchStatus;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class InProcessBatchTest {

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder()
            .jobs("jobs")
            .beans(NumberReader.class, NumberWriter.class)
            .build();

    @BeforeAll
    static void tables() throws Exception {
        try (Connection connection = BATCH.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table TEST_ITEM (RUN varchar(100), STEP varchar(100), ITEM integer)");
        }
    }

    @Test
    void restartsAfterAnInjectedFailureAtTheLastCommittedChunk() {
        Map<String, String> parameters = Map.of("run", "restarted", "failAt", "0");
        BATCH.failAt("step2", 2501);

        JobRun failed = BATCH.run("acceptance", parameters);
        JobRun restarted = BATCH.run("acceptance", parameters);

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(failed.step("step2").counts().read()).isEqualTo(2500);
        assertThat(failed.step("step2").counts().written()).isEqualTo(2000);
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(restarted.instanceId()).isEqualTo(failed.instanceId());
        assertThat(restarted.stepNames()).containsExactly("step2");
        assertThatThrownBy(() -> BATCH.run("acceptance", parameters))
                .isInstanceOfSatisfying(
                        LaunchRefusedException.class,
                        e -> assertThat(e.refusal().kind()).isEqualTo(Refusal.Kind.ALREADY_COMPLETE));
    }

    @Test
    void reportsWhatRanForPeople() {
        BATCH.failAt("step2", 2501);

        JobRun failed = BATCH.run("acceptance", Map.of("run", "reported", "failAt", "0"));

        assertThat(failed.toString()).isEqualTo("""
                acceptance: execution %d of instance %d FAILED
                  step1 COMPLETED: read 2000, written 2000, filtered 0, skipped 0, commits 3, rollbacks 0
                  step2 FAILED: read 2500, written 2000, filtered 0, skipped 0, commits 2, rollbacks 1
                    item reader numberReader (readItem) of step step2: dev.reprise.testing.InjectedFailure: step step2 fails at item 2501, as the test wants""".formatted(failed.executionId(), failed.instanceId()));
    }

    @Test
    void runsOneStepAlone() {
        JobRun run = BATCH.runStep("acceptance", "step2", Map.of("run", "alone"));

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(run.stepNames()).containsExactly("step2");
        assertThatThrownBy(() -> BATCH.runStep("acceptance", "step3", Map.of()))
                .hasMessage("job 'acceptance' has no step 'step3'");
    }

    @Test
    void beginsEachTestWithoutInstances() {
        assertThat(BATCH.operator().getJobInstanceCount("acceptance")).isZero();
        assertThat(BATCH.run("acceptance").status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(BATCH.operator().getJobInstanceCount("acceptance")).isEqualTo(1);
    }

    @Test
    void namesWhatTheClassPathHasWhenAJobIsUnknown() {
        assertThatThrownBy(() -> BATCH.run("acceptence"))
                .hasMessageStartingWith("This deployment has no job 'acceptence'; it has acceptance, ");
    }

    @Test
    void isTheOnlyOneInTheProcess() {
        InProcessBatch another = InProcessBatch.builder().build();

        assertThatThrownBy(another::open).hasMessageStartingWith("Another InProcessBatch is open in this process.");
    }

    @Test
    void opensAnewWithAnEmptyDatabase() throws Exception {
        BATCH.run("acceptance");

        BATCH.close();
        BATCH.open();
        tables();

        assertThat(BATCH.operator().getJobInstanceCount("acceptance")).isZero();
    }

    /** H2 forgets one in memory with its last connection. */
    @Test
    void makesItsTablesInADatabaseThatWasMadeAnew() throws Exception {
        BATCH.close();
        try {
            for (int time = 0; time < 2; time++) {
                try (InProcessBatch batch = InProcessBatch.builder()
                        .database("jdbc:h2:mem:made-anew")
                        .build()
                        .open()) {
                    assertThat(batch.repository().getJobInstanceCount("acceptance"))
                            .isZero();
                }
            }
        } finally {
            BATCH.open();
            tables();
        }
    }
}
