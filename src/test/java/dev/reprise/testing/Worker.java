package dev.reprise.testing;

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
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/** Another node of an {@link InProcessBatch}'s application, which runs partitions: with an engine of its own, on the same database. */
final class Worker implements AutoCloseable {

    /** That of all in one process. */
    static final String APPLICATION = "in-process";

    final NodeIdentity identity;
    final RepriseRepository repository;
    final ExecutionLogs logs;
    final Engine engine;
    final Watch watch;
    private final AgroalDataSource dataSource;
    private boolean gone;

    /**
     * @param url of the database, watched or not
     * @param capacity which partitions it runs
     * @param folder for its logs of executions
     */
    Worker(String url, String name, Capacity capacity, Path folder, Map<String, Supplier<?>> artifacts) {
        dataSource = new TestDatabase(url).pool(20);
        identity = new NodeRegistry(dataSource, ServerResources.TRANSACTIONS).join(APPLICATION, name);
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
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
                    throw new IllegalStateException("no job here has a secret");
                },
                ExecutionLists.LISTED,
                Set.of(),
                null,
                true,
                capacity,
                Doorbells.Settings.NONE,
                new ServerParts(Optional::empty, () -> true, Optional.of(logs), Optional.empty())));
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
                20);
        watch = new Watch(
                "partitions-of-" + name,
                Duration.ofMillis(100),
                () -> true,
                repository.running().partitions()::reported);
        repository.running().partitions().attend(this::wake);
    }

    /** Who is gone takes nothing any more. */
    private synchronized void look() {
        if (!gone) {
            repository.running().partitions().look(repository, job -> engine, () -> true);
        }
    }

    private synchronized void goes() {
        gone = true;
    }

    /** At once, though it looks later anyway. */
    @SuppressWarnings("FutureReturnValueIgnored") // a look says itself what goes wrong in it
    private void wake() {
        try {
            watch.schedule(this::look, Duration.ZERO);
        } catch (RejectedExecutionException closed) {
            // It looks no more.
        }
    }

    void begin() {
        watch.lookAfter(Duration.ZERO);
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
