package dev.reprise.bench.scale;

import dev.reprise.identity.JobParameters;
import dev.reprise.internal.decide.LaunchRules;
import dev.reprise.internal.engine.RepositoryParts;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.job.JobModel;
import dev.reprise.job.RecoveryPolicy;
import dev.reprise.state.DueRestart;
import dev.reprise.state.NodeIdentity;
import jakarta.batch.runtime.BatchStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import javax.sql.DataSource;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jberet.repository.ApplicationAndJobName;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jspecify.annotations.Nullable;

/** One node: what it does at each heartbeat, as {@code Node} and {@code Recovery} have it done. */
final class SimulatedNode {

    static final String APPLICATION = "simulation";
    static final Duration HEARTBEAT = Duration.ofSeconds(5);
    static final Duration LEASE = Duration.ofSeconds(30);

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final ClassLoader LOADER = SimulatedNode.class.getClassLoader();

    private final DataSource dataSource;
    private final NodeRegistry registry;
    private final NodeIdentity identity;
    private final RepriseRepository repository;

    private SimulatedNode(DataSource dataSource, NodeRegistry registry, NodeIdentity identity) {
        this.dataSource = dataSource;
        this.registry = registry;
        this.identity = identity;
        this.repository = new RepriseRepository(new RepositoryParts(
                dataSource,
                Pool.transactions(),
                () -> identity,
                LEASE,
                Duration.ZERO,
                new Rules(),
                () -> null,
                LOADER,
                "",
                () -> {
                    throw new IllegalStateException("no job here has a secret");
                }));
    }

    static SimulatedNode join(DataSource dataSource, NodeRegistry registry, int number) {
        String name = "node-" + number;
        NodeRegistry.Entry entry = registry.enter(APPLICATION, name, HEARTBEAT, null);
        return new SimulatedNode(dataSource, registry, new NodeIdentity(APPLICATION, name, entry.incarnation()));
    }

    /** Begins an execution, which then runs for ever. */
    void own() {
        Job job = new JobBuilder("simulated")
                .step(new StepBuilder("load").reader("reader").writer("writer").build())
                .build();
        repository.addJob(new ApplicationAndJobName(APPLICATION, job.getId()), job);
        Properties parameters = new Properties();
        parameters.setProperty("run", UUID.randomUUID().toString());
        JobExecutionImpl execution =
                repository.createJobExecution(repository.createJobInstance(job, APPLICATION, LOADER), parameters);
        execution.setBatchStatus(BatchStatus.STARTED);
        repository.updateJobExecution(execution, false, false);
        StepExecutionImpl step = repository.createStepExecution("load");
        step.setBatchStatus(BatchStatus.STARTED);
        repository.addStepExecution(execution, step);
    }

    /**
     * What a beat led to.
     *
     * @param reported whether the database still knows this node
     * @param closed executions of dead nodes that this one has closed
     * @param claimed executions that it is about to restart
     */
    record Beat(boolean reported, int closed, List<DueRestart> claimed) {}

    /** Reports, looks after what it runs, and takes over what dead nodes left. */
    Beat beat() throws SQLException {
        boolean reported;
        try (Connection connection = dataSource.getConnection()) {
            reported = registry.heartbeat(connection, identity, PATIENCE) != NodeRegistry.Report.REPLACED;
        }
        repository.thisNode().tend();
        int closed = repository.thisNode().takeOverFromTheDead();
        List<DueRestart> claimed = repository.thisNode().claimRestarts();
        claimed.forEach(repository.thisNode()::restarted);
        return new Beat(reported, closed, claimed);
    }

    /** Rules without schemas. */
    static final class Rules implements LaunchRules {

        @Override
        public Verdict judge(JobModel job, Properties given) {
            return new Verdict(List.of(), JobParameters.ofProperties(given), List.of(), false, true);
        }

        @Override
        public RecoveryPolicy recoveryOf(String jobName, @Nullable JobModel known) {
            if (known == null) {
                throw new IllegalArgumentException("this node has no job '" + jobName + "'");
            }
            return known.definition().recovery();
        }
    }
}
