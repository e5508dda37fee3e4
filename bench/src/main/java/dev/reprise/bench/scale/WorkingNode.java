package dev.reprise.bench.scale;

import dev.reprise.internal.doorbell.Doorbells;
import dev.reprise.internal.engine.Capacity;
import dev.reprise.internal.engine.ExecutionLists;
import dev.reprise.internal.engine.RepositoryParts;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.engine.ServerParts;
import dev.reprise.internal.ownership.Node;
import dev.reprise.internal.ownership.Recovery;
import dev.reprise.internal.store.NodeRegistry;
import io.agroal.api.AgroalDataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import org.jberet.job.model.Job;
import org.jberet.repository.ApplicationAndJobName;

/**
 * A node with a pool, reports, doorbell, take-overs and engine of its own, as {@code RepositoryService} puts one together in
 * a server.
 */
final class WorkingNode implements AutoCloseable {

    private static final Duration OUTAGE = Duration.ofMinutes(1);

    /** Reports, the doorbell, the look for work, and the step's own thread. */
    private static final int CONNECTIONS_BESIDE_SLOTS = 4;

    private final AgroalDataSource dataSource;
    private final Node node;
    private final RepriseRepository repository;
    private final NodeEngine engine;
    private final Recovery recovery;

    private WorkingNode(
            AgroalDataSource dataSource,
            Node node,
            RepriseRepository repository,
            NodeEngine engine,
            Recovery recovery) {
        this.dataSource = dataSource;
        this.node = node;
        this.repository = repository;
        this.engine = engine;
        this.recovery = recovery;
    }

    static WorkingNode join(
            String url, String user, String password, String name, int slots, Doorbells.Way doorbell, WaitingJob job)
            throws SQLException {
        AgroalDataSource dataSource =
                Pool.small(url + "?ApplicationName=" + name, user, password, CONNECTIONS_BESIDE_SLOTS + slots);
        Node node = Node.join(
                dataSource,
                new NodeRegistry(dataSource, Pool.transactions()),
                new Node.Settings(SimulatedNode.APPLICATION, name, SimulatedNode.HEARTBEAT, SimulatedNode.LEASE));
        ClassLoader loader = new ClassLoader(name, WorkingNode.class.getClassLoader()) {};
        RepriseRepository repository = new RepriseRepository(new RepositoryParts(
                dataSource,
                Pool.transactions(),
                node::identity,
                SimulatedNode.LEASE,
                OUTAGE,
                new SimulatedNode.Rules(),
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
                new Capacity(slots, Set.of()),
                new Doorbells.Settings(doorbell, Doorbells.Settings.FACTORY, Doorbells.Settings.TOPIC),
                ServerParts.NONE));
        NodeEngine engine = new NodeEngine(SimulatedNode.APPLICATION, repository, loader, job.artifacts(), slots + 2);
        Job model = job.model();
        repository.addJob(new ApplicationAndJobName(SimulatedNode.APPLICATION, model.getId()), model);
        Recovery recovery = new Recovery(repository, any -> loader, () -> true, () -> {});
        node.attend(recovery);
        return new WorkingNode(dataSource, node, repository, engine, recovery);
    }

    /** Runs a job on this node, and with any of its partitions wherever there is room; returns at once. */
    long start(Job job, Properties parameters) {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(engine.getClassLoader());
        try {
            return engine.start(job, parameters, null);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    /** Looks for work, and listens from now on. */
    void begin() {
        recovery.asked();
    }

    @Override
    public void close() {
        recovery.close();
        repository.running().partitions().close();
        engine.close();
        node.close();
        dataSource.close();
    }
}
