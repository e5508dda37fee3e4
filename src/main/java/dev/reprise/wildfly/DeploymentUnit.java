package dev.reprise.wildfly;

import jakarta.enterprise.inject.spi.BeanManager;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jboss.msc.service.ServiceController;
import org.jboss.msc.service.ServiceName;
import org.jboss.msc.service.ServiceRegistry;
import org.jspecify.annotations.Nullable;

/**
 * What WildFly deploys, by the name of its services: a WAR, an EAR or a module of an EAR.
 *
 * @param service what the names of its services begin with
 * @param ear the name of the EAR that it is or is a module of; null if it stands alone
 */
record DeploymentUnit(ServiceName service, @Nullable String ear) {

    private static final ServiceName UNITS = ServiceName.of("jboss", "deployment", "unit");
    private static final ServiceName SUBUNITS = ServiceName.of("jboss", "deployment", "subunit");

    private static final String BATCH = "batch";
    private static final String ENVIRONMENT = "environment";

    /** What WildFly calls the class loader of a deployment: {@code deployment.shop.war}, {@code deployment.a.ear.b.war}. */
    private static final String LOADER = "deployment.";

    /** The one whose classes a class loader loads; empty if it cannot be found. */
    static Optional<DeploymentUnit> of(ClassLoader deployment, ServiceRegistry registry) {
        String name = String.valueOf(deployment.getName());
        return name.startsWith(LOADER)
                ? candidates(name.substring(LOADER.length()))
                        .filter(candidate -> registry.getService(candidate.service()) != null)
                        .findFirst()
                : Optional.empty();
    }

    /** A module in an EAR has the name of both, with a dot between them, which either may have too. */
    private static Stream<DeploymentUnit> candidates(String name) {
        List<Integer> dots = IntStream.range(1, name.length())
                .filter(at -> name.charAt(at) == '.')
                .boxed()
                .toList();
        return Stream.concat(
                Stream.of(new DeploymentUnit(UNITS.append(name), name.endsWith(".ear") ? name : null)),
                dots.stream()
                        .map(dot -> new DeploymentUnit(
                                SUBUNITS.append(name.substring(0, dot), name.substring(dot + 1)),
                                name.substring(0, dot))));
    }

    /** The service that is up when all of it is, and all of the EAR that it is of. */
    ServiceName completion() {
        return (ear == null ? service : UNITS.append(ear)).append("deploymentCompleteService");
    }

    /** The service whose value is the batch environment of what is no EAR. */
    ServiceName batchEnvironment() {
        return service.append(BATCH, ENVIRONMENT);
    }

    /**
     * The services whose values are the batch environments of the EAR's modules; none if this is not of an EAR. Each module
     * has one, whether it has jobs or not. All are there when the EAR is complete, but not when the service activator of one
     * module is called.
     */
    List<ServiceName> batchEnvironments(ServiceRegistry registry) {
        if (ear == null) {
            return List.of();
        }
        ServiceName modules = SUBUNITS.append(ear);
        return registry.getServiceNames().stream()
                .filter(modules::isParentOf)
                .filter(name -> name.getSimpleName().equals(ENVIRONMENT)
                        && name.getParent().getSimpleName().equals(BATCH))
                .sorted()
                .toList();
    }

    /** The beans of the module that a batch environment is of, once that is up; null if it has none. */
    @SuppressWarnings("deprecation") // nothing else gives the value of a service that need not be there
    static @Nullable BeanManager beansOf(ServiceName batchEnvironment, ServiceRegistry registry) {
        ServiceController<?> beans =
                registry.getService(batchEnvironment.getParent().getParent().append("beanmanager"));
        return beans == null ? null : (BeanManager) beans.getValue();
    }

    /** The name of the module that a batch environment is of. */
    static String moduleOf(ServiceName batchEnvironment) {
        return batchEnvironment.getParent().getParent().getSimpleName();
    }
}
