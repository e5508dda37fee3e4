package dev.reprise.wildfly;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jboss.msc.Service;
import org.jboss.msc.service.ServiceName;
import org.jboss.msc.service.ServiceRegistry;
import org.jboss.msc.service.StartContext;
import org.jboss.msc.service.StopContext;

/**
 * Keeps the deployment whole until its jobs have ended: a service that needs the complete deployment, so that nothing of
 * it stops before this has stopped. Without it CDI, JNDI and the batch engine itself go while jobs still run.
 */
final class HoldService implements Service {

    private static final Logger LOG = System.getLogger(HoldService.class.getName());

    private static final ServiceName UNITS = ServiceName.of("jboss", "deployment", "unit");
    private static final ServiceName SUBUNITS = ServiceName.of("jboss", "deployment", "subunit");

    /** What WildFly calls the class loader of a deployment: {@code deployment.shop.war}, {@code deployment.a.ear.b.war}. */
    private static final String LOADER = "deployment.";

    private final Runnable beginJobs;
    private final Runnable endJobs;
    private final Supplier<Executor> executor;

    /**
     * @param beginJobs now that all is there
     * @param endJobs returns when the jobs have ended, or have taken too long
     */
    HoldService(Runnable beginJobs, Runnable endJobs, Supplier<Executor> executor) {
        this.beginJobs = beginJobs;
        this.endJobs = endJobs;
        this.executor = executor;
    }

    /** The service that is up when the deployment of a class loader is; empty, and a warning, if it cannot be found. */
    static Optional<ServiceName> completionOf(ClassLoader deployment, ServiceRegistry registry) {
        String name = String.valueOf(deployment.getName());
        Optional<ServiceName> unit = name.startsWith(LOADER)
                ? units(name.substring(LOADER.length()))
                        .filter(candidate -> registry.getService(candidate) != null)
                        .findFirst()
                : Optional.empty();
        if (unit.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "The deployment of {0} cannot be found among the services of this server: when it is undeployed while"
                            + " jobs run, they may lose their beans and resources before they can end.",
                    name);
        }
        return unit.map(found -> found.append("deploymentCompleteService"));
    }

    /** A module in an EAR has the name of both, with a dot between them, which either may have too. */
    private static Stream<ServiceName> units(String name) {
        List<Integer> dots = IntStream.range(1, name.length())
                .filter(at -> name.charAt(at) == '.')
                .boxed()
                .toList();
        return Stream.concat(
                Stream.of(UNITS.append(name)),
                dots.stream().map(dot -> SUBUNITS.append(name.substring(0, dot), name.substring(dot + 1))));
    }

    @Override
    public void start(StartContext context) {
        beginJobs.run();
    }

    @Override
    public void stop(StopContext context) {
        context.asynchronous();
        executor.get().execute(() -> {
            try {
                endJobs.run();
            } finally {
                context.complete();
            }
        });
    }
}
