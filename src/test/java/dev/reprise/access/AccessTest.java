package dev.reprise.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.reprise.launch.LaunchRequest;
import dev.reprise.state.AuditEntry;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.testing.InProcessBatch;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.operations.NoSuchJobExecutionException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who may launch from Java, and what is on record then. */
class AccessTest {

    @RegisterExtension
    static final InProcessBatch BATCH =
            InProcessBatch.builder().artifact("nothing", Nothing::new).build();

    private static final Caller VIEWER = new Caller("victor", "192.0.2.1", Set.of(Role.VIEWER));
    private static final Caller OPERATOR = new Caller("olga", null, Set.of(Role.VIEWER, Role.OPERATOR));

    private static final class Nothing extends AbstractBatchlet {
        @Override
        public String process() {
            return "DONE";
        }
    }

    @BeforeEach
    void define() {
        BATCH.define(new JobBuilder("quiet")
                .step(new StepBuilder("only").batchlet("nothing").build())
                .build());
    }

    private static List<AuditEntry> record(Caller caller) {
        return BATCH.repository().audit().page(caller.user(), null, Long.MAX_VALUE, 10);
    }

    @Test
    void aCallerWithoutTheRoleIsDeniedAndOnRecord() {
        assertThatExceptionOfType(AccessDeniedException.class)
                .isThrownBy(() -> Access.as(
                        VIEWER,
                        () -> BATCH.launcher().start(LaunchRequest.of("quiet").with("run", "denied"))))
                .withMessage("victor may not launch job quiet: that needs the role batch-operator.");

        assertThat(BATCH.repository().getJobExecutionsByJob("quiet")).isEmpty();
        assertThat(record(VIEWER)).hasSize(1);
        AuditEntry entry = record(VIEWER).get(0);
        assertThat(entry.outcome()).isEqualTo("denied");
        assertThat(entry.action()).isEqualTo("launch");
        assertThat(entry.job()).isEqualTo("quiet");
        assertThat(entry.address()).isEqualTo("192.0.2.1");
    }

    @Test
    void aCallerWithTheRoleLaunchesAndWhatCameOfItIsOnRecord() {
        LaunchRequest request = LaunchRequest.of("quiet").with("run", "olga");
        long id = Access.as(OPERATOR, () -> BATCH.launcher().run(request)).getExecutionId();
        assertThatExceptionOfType(LaunchRefusedException.class)
                .isThrownBy(() -> Access.as(OPERATOR, () -> BATCH.launcher().run(request)));
        assertThatExceptionOfType(NoSuchJobExecutionException.class)
                .isThrownBy(() -> Access.as(OPERATOR, () -> BATCH.launcher().restart(Long.MAX_VALUE, Map.of())));

        assertThat(record(OPERATOR))
                .filteredOn(entry -> Long.valueOf(id).equals(entry.executionId()))
                .extracting(AuditEntry::outcome)
                .containsExactly("refused", "done");
    }

    @Test
    void whatNobodyAsksForNeedsNoRoleAndLeavesNoRecord() {
        int before =
                BATCH.repository().audit().page(null, null, Long.MAX_VALUE, 100).size();

        BATCH.launcher().run(LaunchRequest.of("quiet").with("run", "nobody"));

        assertThat(BATCH.repository().audit().page(null, null, Long.MAX_VALUE, 100))
                .hasSize(before);
        assertThat(BATCH.repository().access().caller()).isEmpty();
    }
}
