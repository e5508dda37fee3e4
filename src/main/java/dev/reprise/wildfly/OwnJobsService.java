package dev.reprise.wildfly;

import java.util.function.Supplier;
import org.jberet.repository.JobRepository;
import org.jberet.spi.BatchEnvironment;
import org.jboss.msc.Service;
import org.jboss.msc.service.StartContext;
import org.jboss.msc.service.StartException;
import org.jboss.msc.service.StopContext;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether WildFly keeps the jobs of a WAR in its repository: it reads the descriptor by itself, and what it does not
 * understand there it passes over.
 */
final class OwnJobsService implements Service {

    private final String repositoryName;
    private final Supplier<BatchEnvironment> environment;
    private final Supplier<@Nullable JobRepository> repository;

    OwnJobsService(
            String repositoryName,
            Supplier<BatchEnvironment> environment,
            Supplier<@Nullable JobRepository> repository) {
        this.repositoryName = repositoryName;
        this.environment = environment;
        this.repository = repository;
    }

    @Override
    public void start(StartContext context) throws StartException {
        JobRepository its = environment.get().getJobRepository();
        if (its != repository.get()) {
            throw RefusedDeployment.start(
                    "WildFly keeps the jobs of this WAR in " + its.getClass().getName()
                            + " and not in the job repository '" + repositoryName
                            + "', so they would run without any of its rules: it does not read the WAR's META-INF/jboss-all.xml"
                            + " as it is meant. " + DeploymentDescriptor.WHAT_TO_WRITE);
        }
    }

    @Override
    public void stop(StopContext context) {
        // There is nothing to look at.
    }
}
