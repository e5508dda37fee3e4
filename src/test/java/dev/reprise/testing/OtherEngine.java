package dev.reprise.testing;

import dev.reprise.internal.doorbell.Doorbells;
import dev.reprise.internal.engine.Capacity;
import dev.reprise.internal.engine.ExecutionLists;
import dev.reprise.internal.engine.RepositoryParts;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.engine.ServerParts;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.launch.DeploymentRules;
import dev.reprise.state.NodeIdentity;
import io.agroal.api.AgroalDataSource;
import jakarta.batch.operations.JobOperator;
import java.net.URL;
import java.net.URLClassLoader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jberet.job.model.Job;
import org.jberet.spi.JobOperatorContext;

/** Another node of the application of an {@link InProcessBatch}, with an engine of its own, in the same process. */
public final class OtherEngine implements AutoCloseable {

    private static final Map<ClassLoader, JobOperatorContext> CONTEXTS = new ConcurrentHashMap<>();

    private final ClassLoader home = new URLClassLoader(new URL[0], OtherEngine.class.getClassLoader());
    private final AgroalDataSource dataSource;
    private final NodeIdentity identity;
    private final RepriseRepository repository;
    private final Engine engine;

    public OtherEngine(String url, String name, Map<String, Supplier<?>> artifacts, Job... jobs) {
        dataSource = new TestDatabase(url).pool(5);
        identity = new NodeRegistry(dataSource, ServerResources.TRANSACTIONS).join("in-process", name);
        repository = new RepriseRepository(new RepositoryParts(
                dataSource,
                ServerResources.TRANSACTIONS,
                () -> identity,
                Duration.ofDays(1),
                Duration.ZERO,
                new DeploymentRules(home, false, null),
                () -> null,
                home,
                "",
                () -> {
                    throw new IllegalStateException("no job here has a secret");
                },
                ExecutionLists.LISTED,
                Set.of(),
                null,
                true,
                new Capacity(1, Set.of()),
                Doorbells.Settings.NONE,
                ServerParts.NONE));
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
                5);
        for (Job job : jobs) {
            engine.define(job);
        }
        CONTEXTS.put(home, JobOperatorContext.create((JobOperator) engine));
        JobOperatorContext.setJobOperatorContextSelector(
                () -> CONTEXTS.get(Thread.currentThread().getContextClassLoader()));
    }

    /** What leads to its job operator. */
    public ClassLoader home() {
        return home;
    }

    /** That of this node. */
    public RepriseRepository repository() {
        return repository;
    }

    /** As far as others see; what it runs goes on, and finds that it is not its own any more. */
    public void dies() {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("update REPRISE_NODE set HEARTBEAT_AT = null where NODE_ID = '" + identity.name() + "'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        engine.close();
        CONTEXTS.remove(home);
        dataSource.close();
    }
}
