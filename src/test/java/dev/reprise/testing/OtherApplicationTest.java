package dev.reprise.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

import dev.reprise.Patience;
import dev.reprise.access.Access;
import dev.reprise.access.Caller;
import dev.reprise.access.Role;
import dev.reprise.internal.database.Schema;
import dev.reprise.internal.engine.Capacity;
import dev.reprise.internal.engine.ExecutionLists;
import dev.reprise.internal.engine.RepositoryParts;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.engine.ServerParts;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.launch.DeploymentRules;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.operate.Operations;
import dev.reprise.state.AuditEntry;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.NodeIdentity;
import dev.reprise.state.Refusal;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.operations.JobRestartException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobInstance;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** contract.md §8.1, whichever way the request comes: two applications have a job of one name on one database. */
class OtherApplicationTest {

    private static final Caller ADMIN = new Caller("admin", null, EnumSet.allOf(Role.class));

    private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000";
    private final AtomicInteger runs = new AtomicInteger();

    private InProcessBatch open(String application, Set<String> shared, boolean fails) {
        return InProcessBatch.builder()
                .jobs("traps")
                .database(url)
                .artifact("task", () -> new AbstractBatchlet() {
                    @Override
                    public String process() {
                        runs.incrementAndGet();
                        if (fails) {
                            throw new IllegalStateException("as it is to");
                        }
                        return "COMPLETED";
                    }
                })
                .repository((dataSource, transactions) -> {
                    Schema.migrate(dataSource);
                    NodeIdentity node = new NodeRegistry(dataSource, transactions).join(application, "node-1");
                    ClassLoader loader = OtherApplicationTest.class.getClassLoader();
                    return new RepriseRepository(new RepositoryParts(
                            dataSource,
                            transactions,
                            () -> node,
                            Duration.ofDays(1),
                            Duration.ZERO,
                            new DeploymentRules(loader, false, null),
                            () -> null,
                            loader,
                            "",
                            () -> {
                                throw new IllegalStateException("no job here has a secret");
                            },
                            ExecutionLists.LISTED,
                            shared,
                            null,
                            true,
                            new Capacity(2, Set.of()),
                            dev.reprise.internal.doorbell.Doorbells.Settings.NONE,
                            ServerParts.NONE));
                })
                .build()
                .open();
    }

    private long failed() {
        try (InProcessBatch bugs = open("bugs", Set.of(), true)) {
            long id = bugs.run("task", Map.of("run", "1")).executionId();
            assertThat(runs).hasValue(1);
            return id;
        }
    }

    private static void assertRefused(Executable request) {
        Throwable thrown = catchThrowable(request::execute);
        Throwable refused = thrown instanceof JobRestartException ? thrown.getCause() : thrown;
        assertThat(refused).isInstanceOfSatisfying(LaunchRefusedException.class, e -> {
            assertThat(e.refusal().kind()).isEqualTo(Refusal.Kind.OTHER_APPLICATION);
            assertThat(e.getMessage()).contains("'bugs'", "'bugs2'");
        });
        assertThat(thrown).hasMessageContaining("'bugs'");
    }

    @Test
    void isNamedAndNothingRuns() {
        long id = failed();
        try (InProcessBatch bugs2 = open("bugs2", Set.of(), false)) {
            Properties run = new Properties();
            run.setProperty("run", "1");
            Operations operations = new Operations(bugs2::repository);
            assertRefused(() -> bugs2.operator().restart(id, new Properties()));
            assertRefused(() -> bugs2.operator().start("task", run));
            assertRefused(() -> bugs2.operator().abandon(id));
            assertRefused(() -> bugs2.launcher().start(LaunchRequest.of("task").with("run", "1")));
            assertRefused(() -> bugs2.launcher().restart(id, Map.of()));
            assertRefused(() -> operations.abandon(id));
            assertRefused(() -> Access.as(ADMIN, () -> bugs2.launcher().restart(id, Map.of())));
            assertRefused(() -> Access.as(ADMIN, () -> {
                operations.stop(id);
                return Boolean.TRUE;
            }));
            assertThat(bugs2.launcher().explain(LaunchRequest.of("task").with("run", "1")))
                    .isInstanceOfSatisfying(
                            Refusal.class,
                            refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.OTHER_APPLICATION));
            assertThat(bugs2.repository().audit().page(null, id, Long.MAX_VALUE, 10))
                    .extracting(AuditEntry::action, AuditEntry::outcome)
                    .containsExactly(tuple("stop", "refused"), tuple("restart", "refused"));
            assertThat(bugs2.operator().getJobInstances("task", 0, 10)).isEmpty();
            assertThat(bugs2.repository().getJobExecutionsByJob("task")).isEmpty();
            assertThat(bugs2.repository().getJobInstanceCount("task")).isZero();
            assertThat(runs).hasValue(1);

            // Its own, and a number that nobody has yet.
            assertThat(bugs2.run("task", Map.of("run", "2")).status()).isEqualTo(BatchStatus.COMPLETED);
            assertThat(bugs2.run(LaunchRequest.of("task").next()).status()).isEqualTo(BatchStatus.COMPLETED);
            assertThat(bugs2.operator().getJobInstances("task", 0, 10))
                    .extracting(JobInstance::getJobName)
                    .containsExactly("task", "task");
        }
        try (InProcessBatch bugs = open("bugs", Set.of(), false)) {
            assertThat(bugs.run("task", Map.of("run", "1")).status()).isEqualTo(BatchStatus.COMPLETED);
            assertThat(bugs.repository().getJobInstanceCount("task")).isOne();
        }
    }

    /** The numbers of one job are drawn over all applications, whose instances are told apart by them. */
    @Test
    void doesNotTakeTheNumbersOfNextAway() {
        try (InProcessBatch bugs = open("bugs", Set.of(), false)) {
            for (int i = 0; i < 60; i++) {
                bugs.run(LaunchRequest.of("task").next());
            }
        }
        try (InProcessBatch bugs2 = open("bugs2", Set.of(), false)) {
            assertThat(bugs2.run(LaunchRequest.of("task").next()).status()).isEqualTo(BatchStatus.COMPLETED);
        }
        assertThat(runs).hasValue(61);
    }

    @Test
    void isNoObstacleToWhoSharesWithIt() {
        long id = failed();
        try (InProcessBatch bugs2 = open("bugs2", Set.of("bugs"), false)) {
            assertThat(bugs2.operator().getJobInstances("task", 0, 10)).hasSize(1);
            long again = bugs2.operator().restart(id, new Properties());
            assertThat(bugs2.launcher().await(again, Patience.GUARD).getBatchStatus())
                    .isEqualTo(BatchStatus.COMPLETED);
        }
        assertThat(runs).hasValue(2);
    }
}
