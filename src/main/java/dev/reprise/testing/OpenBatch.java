package dev.reprise.testing;

import dev.reprise.internal.database.Schema;
import dev.reprise.internal.engine.RepositoryParts;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.engine.Watch;
import dev.reprise.internal.engine.checks.EngineChecks;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.launch.DeploymentRules;
import dev.reprise.state.NodeIdentity;
import io.agroal.api.AgroalDataSource;
import jakarta.batch.operations.JobOperator;
import java.time.Duration;
import java.util.Set;
import javax.sql.DataSource;
import org.jberet.repository.JobRepository;
import org.jberet.spi.JobOperatorContext;
import org.jspecify.annotations.Nullable;

/** What is there while an {@link InProcessBatch} is open. */
record OpenBatch(
        TestDatabase database,
        AgroalDataSource dataSource,
        NodeIdentity node,
        JobRepository repository,
        @Nullable Beans beans,
        PersistenceUnits units,
        Engine engine,
        Watch partitions)
        implements AutoCloseable {

    /** A unit test has no other nodes, and may be stopped in a debugger. */
    private static final Duration NEVER = Duration.ofDays(365);

    static OpenBatch start(InProcessBatch.Builder settings, TestDatabase database, Failures failures) {
        AgroalDataSource dataSource = database.pool(settings.threads);
        try {
            return start(settings, database, dataSource, failures);
        } catch (RuntimeException | Error e) {
            dataSource.close();
            throw e;
        }
    }

    private static OpenBatch start(
            InProcessBatch.Builder settings, TestDatabase database, AgroalDataSource dataSource, Failures failures) {
        Schema.migrate(dataSource);
        PersistenceUnits units = new PersistenceUnits(dataSource, settings.persistence);
        ServerResources resources = new ServerResources(settings.resources, dataSource, units);
        // First, because a test's own beans are what most likely is wrong.
        Beans beans = settings.beans.isEmpty() && !settings.discovery
                ? null
                : new Beans(settings.discovery ? Set.of() : settings.beans, resources);
        String application = "in-process";
        NodeIdentity node =
                new NodeRegistry(dataSource, ServerResources.TRANSACTIONS).join(application, "this-process");
        JobRepository repository = settings.another == null
                ? repository(settings, database, dataSource, node)
                : settings.another.apply(dataSource, ServerResources.TRANSACTIONS);
        Engine engine = new Engine(
                application,
                repository,
                ServerResources.TRANSACTIONS,
                new Artifacts(settings.artifacts, beans, resources, failures),
                new JobFolder(settings.folder),
                settings.threads);
        Watch partitions = new Watch("partitions", Duration.ofSeconds(1), () -> false, () -> {
            if (repository instanceof RepriseRepository ours) {
                try {
                    ours.running().dispatched().look(ours, job -> engine, () -> true);
                } finally {
                    ours.running().partitions().look(ours, job -> engine, () -> true);
                }
            }
        });
        if (repository instanceof RepriseRepository ours) {
            ours.running().partitions().attend(() -> partitions.lookAfter(Duration.ZERO));
            ours.running().dispatched().attend(() -> partitions.lookAfter(Duration.ZERO));
        }
        JobOperatorContext context = JobOperatorContext.create((JobOperator) engine);
        JobOperatorContext.setJobOperatorContextSelector(() -> context);
        return new OpenBatch(database, dataSource, node, repository, beans, units, engine, partitions);
    }

    private static RepriseRepository repository(
            InProcessBatch.Builder settings, TestDatabase database, DataSource dataSource, NodeIdentity node) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        EngineChecks.run();
        RepriseRepository repository = new RepriseRepository(new RepositoryParts(
                dataSource,
                ServerResources.TRANSACTIONS,
                () -> node,
                NEVER,
                settings.outage,
                new DeploymentRules(loader, settings.identityNone, null),
                () -> null,
                loader,
                "",
                database::key));
        repository.thisNode().takeOverFromTheDead();
        return repository;
    }

    /** Interrupts what runs, and forgets a database in memory. */
    @Override
    public void close() {
        JobOperatorContext.setJobOperatorContextSelector(null);
        partitions.close();
        if (repository instanceof RepriseRepository ours) {
            ours.running().partitions().close();
        }
        engine.close();
        if (beans != null) {
            beans.close();
        }
        units.close();
        try {
            new NodeRegistry(dataSource, ServerResources.TRANSACTIONS).leave(node);
            database.forget(dataSource);
        } finally {
            dataSource.close();
        }
    }
}
