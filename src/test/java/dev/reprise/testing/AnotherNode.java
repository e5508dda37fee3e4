package dev.reprise.testing;

import dev.reprise.access.Caller;
import dev.reprise.internal.doorbell.Doorbells;
import dev.reprise.internal.engine.Capacity;
import dev.reprise.internal.engine.ExecutionLists;
import dev.reprise.internal.engine.RepositoryParts;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.engine.ServerParts;
import dev.reprise.internal.engine.Watch;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.launch.DeploymentRules;
import dev.reprise.log.ExecutionLogs;
import dev.reprise.state.NodeIdentity;
import io.agroal.api.AgroalDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jberet.job.model.Job;
import org.jberet.spi.JobTask;

/**
 * Another node of the application of an {@link InProcessBatch}, with an engine and threads of its own, in the same process and on
 * the same database. It has no key for secrets.
 */
final class AnotherNode implements AutoCloseable {

    /** That of all in one process. */
    private static final String APPLICATION = "in-process";

    private static final int THREADS = 20;

    final NodeIdentity identity;
    final RepriseRepository repository;
    final ExecutionLogs logs;
    final Engine engine;

    /** Of partitions. */
    final Watch watch;

    /** In whose names it has run something. */
    final Queue<String> names = new ConcurrentLinkedQueue<>();

    private final AgroalDataSource dataSource;
    private final AtomicBoolean up = new AtomicBoolean(true);

    /**
     * @param url of the database, watched or not
     * @param capacity which partitions it runs
     * @param folder for its logs of executions
     */
    AnotherNode(String url, String name, Capacity capacity, Path folder, Map<String, Supplier<?>> artifacts) {
        this(url, name, capacity, folder, artifacts, Thread.currentThread().getContextClassLoader());
    }

    /** The same, with a loader of its own for job XML and schedules. */
    AnotherNode(
            String url,
            String name,
            Capacity capacity,
            Path folder,
            Map<String, Supplier<?>> artifacts,
            ClassLoader loader) {
        dataSource = new TestDatabase(url).pool(THREADS);
        identity = new NodeRegistry(dataSource, ServerResources.TRANSACTIONS).join(APPLICATION, name);
        logs = ExecutionLogs.open(folder, APPLICATION, 1 << 20, loader);
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
                () -> {
                    throw new IllegalStateException("this node has no key for secrets");
                },
                ExecutionLists.LISTED,
                Set.of(),
                null,
                true,
                capacity,
                Doorbells.Settings.NONE,
                new ServerParts(
                        Optional::<Caller>empty, () -> true, Optional.of(logs), Optional.empty(), (user, work) -> {
                            names.add(String.valueOf(user));
                            work.run();
                        })));
        engine = new Engine(
                APPLICATION,
                repository,
                ServerResources.TRANSACTIONS,
                new Artifacts(
                        artifacts,
                        null,
                        new ServerResources(Map.of(), dataSource, new PersistenceUnits(dataSource, Map.of())),
                        new Failures()),
                new JobFolder("META-INF/batch-jobs"),
                THREADS);
        watch = new Watch(
                "partitions-of-" + name,
                Duration.ofMillis(100),
                () -> true,
                repository.running().partitions()::reported);
        repository.running().partitions().attend(this::wake);
    }

    AnotherNode with(Job job) {
        engine.define(job);
        return this;
    }

    /** Looks for partitions from now on. */
    AnotherNode begin() {
        watch.lookAfter(Duration.ZERO);
        return this;
    }

    /** Who is gone takes nothing any more. */
    private synchronized void lookAtPartitions() {
        if (up.get()) {
            repository.running().partitions().look(repository, job -> engine, up::get);
        }
    }

    /** At once, though it looks later anyway. */
    @SuppressWarnings("FutureReturnValueIgnored") // a look says itself what goes wrong in it
    private void wake() {
        try {
            watch.schedule(this::lookAtPartitions, Duration.ZERO);
        } catch (RejectedExecutionException closed) {
            // It looks no more.
        }
    }

    /** As after each report, and when a bell rings. */
    void lookAtDispatched() {
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
                return THREADS; // when nothing else runs
            }

            @Override
            public void run() {
                all.countDown();
            }
        });
        all.await();
    }

    private synchronized void goes() {
        down();
    }

    /**
     * As far as others see.
     *
     * @param url of the database, which this node may not reach any more
     */
    void dies(String url) throws SQLException {
        goes();
        watch.close();
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement statement =
                        connection.prepareStatement("update REPRISE_NODE set HEARTBEAT_AT = null where NODE_ID = ?")) {
            statement.setString(1, identity.name());
            statement.executeUpdate();
        }
    }

    @Override
    public void close() {
        watch.close();
        engine.close();
        logs.close();
        dataSource.close();
    }
}
