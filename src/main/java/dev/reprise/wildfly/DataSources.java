package dev.reprise.wildfly;

import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jboss.msc.service.ServiceController;
import org.jboss.msc.service.ServiceName;
import org.jboss.msc.service.ServiceRegistry;

/**
 * The data sources of the server's own configuration that are enabled, of whichever subsystem, by the names of their pools.
 * Those that deployments define have none.
 */
record DataSources(ServiceRegistry registry) {

    private static final ServiceName BY_NAME = ServiceName.parse("org.wildfly.data-source");
    private static final ServiceName BY_JNDI_NAME = ServiceName.JBOSS.append("data-source");
    private static final ServiceName JNDI = ServiceName.JBOSS.append("naming", "context", "java");

    private static final String WHERE =
            " into data-source in " + Configuration.FILE + ", or start the server with -Dreprise.data-source=NAME.";

    /** The service whose value is the data source. */
    static ServiceName service(String name) {
        return BY_NAME.append(name);
    }

    /** Why there is none of this name, and what to write instead; empty if there is. */
    Optional<String> refusal(String name) {
        if (registry.getService(service(name)) != null) {
            return Optional.empty();
        }
        if (!name.startsWith("java:") && name.indexOf('/') < 0) {
            return Optional.of("There is no data source '" + name + "' on this server, or it is not enabled; " + known()
                    + ". Write the name of one" + WHERE + " One that a deployment defines has no name here.");
        }
        String jndi = "The data source is named '" + name + "', which is a JNDI name";
        return Optional.of(pool(name)
                .map(pool -> jndi + ". Write " + pool + ", the name of its pool," + WHERE)
                .orElseGet(() ->
                        jndi + ", and of none that is enabled here; " + known() + ". Write the name of one" + WHERE));
    }

    private String known() {
        SortedSet<String> names = new TreeSet<>();
        for (ServiceName service : registry.getServiceNames()) {
            if (BY_NAME.equals(service.getParent())) {
                names.add(service.getSimpleName());
            }
        }
        return names.isEmpty() ? "there is none" : "there are " + String.join(", ", names);
    }

    /** Of the data source that a JNDI name leads to. */
    private Optional<String> pool(String jndiName) {
        ServiceName binder = JNDI;
        for (String segment : jndiName.replaceFirst("^java:", "").split("/", -1)) {
            if (!segment.isEmpty()) {
                binder = binder.append(segment);
            }
        }
        ServiceController<?> dataSource = registry.getService(BY_JNDI_NAME.append(binder.getCanonicalName()));
        return dataSource == null
                ? Optional.empty()
                : dataSource.provides().stream()
                        .filter(its -> BY_NAME.equals(its.getParent()))
                        .map(ServiceName::getSimpleName)
                        .findFirst();
    }
}
