package dev.reprise.testing;

import dev.reprise.access.Caller;
import dev.reprise.internal.doorbell.Doorbells;
import dev.reprise.internal.engine.Capacity;
import dev.reprise.internal.engine.ExecutionLists;
import dev.reprise.internal.engine.RepositoryParts;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.engine.ServerParts;
import dev.reprise.internal.store.KeySource;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.launch.DeploymentRules;
import dev.reprise.state.NodeIdentity;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jberet.job.model.Job;
import org.jberet.spi.JobTask;

/** Another node of the application of an {@link InProcessBatch}, with an engine and threads of its own, in the same process. */
final class AnotherNode implements AutoCloseable {

    final NodeIdentity identity;
    final RepriseRepository repository;
    final Engine engine;

    /** In whose names it has run something. */
    final Queue<String> names = new ConcurrentLinkedQueue<>();

    private final DataSource dataSource;
    private final AtomicBoolean up = new AtomicBoolean(true);
    private final int threads;

    AnotherNode(String url, String name, int threads, KeySource keys, Map<String, Supplier<?>> artifacts) {
        this.threads = threads;
        dataSource = new TestDatabase(url).pool(threads + 5);
        identity = new NodeRegistry(dataSource, ServerResources.TRANSACTIONS).join("in-process", name);
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        repository = new RepriseRepository(new RepositoryParts(
                dataSource,
                ServerResources.TRANSACTIONS,
                () -> identity,
                Duration.ofDays(1),
                Duration.ZERO,
                new DeploymentRules(loader, false, null),
                () -> null,
                loader,
                "",
                keys,
                ExecutionLists.LISTED,
                Set.of(),
                null,
                true,
                new Capacity(threads, Set.of()),
                Doorbells.Settings.NONE,
                new ServerParts(
                        Optional::<Caller>empty, () -> true, Optional.empty(), Optional.empty(), (user, work) -> {
                            names.add(String.valueOf(user));
                            work.run();
                        })));
        engine = new Engine(
                "in-process",
                repository,
                ServerResources.TRANSACTIONS,
                new Artifacts(
                        artifacts,
                        null,
                        new ServerResources(Map.of(), dataSource, new PersistenceUnits(dataSource, Map.of())),
                        new Failures()),
                new JobFolder("META-INF/batch-jobs"),
                threads);
    }

    AnotherNode with(Job job) {
        engine.define(job);
        return this;
    }

    /** As after each report, and when a bell rings. */
    void look() {
        repository.running().dispatched().look(repository, job -> engine, up::get);
    }

    /** Its server is about to stop. */
    void down() {
        up.set(false);
    }

    /** Waits for what its threads do now. */
    void drain() throws InterruptedException {
        CountDownLatch all = new CountDownLatch(1);
        engine.submitTask(new JobTask() {
            @Override
            public int getRequiredRemainingPermits() {
                return threads; // when nothing else runs
            }

            @Override
            public void run() {
                all.countDown();
            }
        });
        all.await();
    }

    /** As far as others see. */
    void dies() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("update REPRISE_NODE set HEARTBEAT_AT = null where NODE_ID = '" + identity.name() + "'");
        }
    }

    @Override
    public void close() {
        engine.close();
    }
}
