package dev.reprise.wildfly;

import dev.reprise.lint.Surroundings;
import jakarta.enterprise.inject.AmbiguousResolutionException;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * A deployment on WildFly: its beans, and what the server's management model says by JMX of its batch thread pool and its
 * data sources. A server without JMX or CDI says nothing, and nothing is blamed on a job then.
 *
 * <p>The pool is the subsystem's default one; another that {@code jboss-all.xml} names is not seen.
 */
final class ServerSurroundings implements Surroundings {

    private static final String BATCH = "jboss.as:subsystem=batch-jberet";
    private static final String DATA_SOURCES = "jboss.as:subsystem=datasources,data-source=";

    private final String dataSource;

    private final Supplier<List<BeanManager>> managers;

    /**
     * @param dataSource the name of the repository's data source
     * @param managers know the beans of the deployment; none where there is no CDI
     */
    ServerSurroundings(String dataSource, Supplier<List<BeanManager>> managers) {
        this.dataSource = dataSource;
        this.managers = managers;
    }

    @Override
    public Optional<Artifact> bean(String name) {
        List<BeanManager> all = managers.get();
        if (all.isEmpty()) {
            return Optional.of(new Artifact(null)); // nobody can say that there is none
        }
        return all.stream().flatMap(beans -> bean(beans, name).stream()).findFirst();
    }

    private static Optional<Artifact> bean(BeanManager beans, String name) {
        Set<Bean<?>> found = beans.getBeans(name);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try {
            Bean<?> bean = beans.resolve(found);
            // The class of a producer's bean is the producer's.
            boolean own = bean != null && bean.getTypes().contains(bean.getBeanClass());
            return Optional.of(new Artifact(own ? bean.getBeanClass() : null));
        } catch (AmbiguousResolutionException e) {
            return Optional.of(new Artifact(null));
        }
    }

    @Override
    public Collection<String> beanNames() {
        return managers.get().stream()
                .flatMap(beans -> beans.getBeans(Object.class, Any.Literal.INSTANCE).stream())
                .map(Bean::getName)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    @Override
    public int threads() {
        Object pool = attribute(BATCH, "defaultThreadPool");
        Object threads = attribute(BATCH + ",thread-pool=" + (pool == null ? "batch" : pool), "maxThreads");
        return threads instanceof Number number
                ? number.intValue()
                : Integer.getInteger("reprise.threads", DEFAULT_THREADS);
    }

    /** The model has data sources and XA data sources in two lists, and this asks for the former. */
    @Override
    public Optional<String> stranger(String jndiName) {
        if (attribute(DATA_SOURCES + ObjectName.quote(dataSource), "jndiName") == null
                && attribute(DATA_SOURCES + dataSource, "jndiName") == null) {
            return Optional.empty(); // the repository's is an XA one, or there is no telling
        }
        return names(DATA_SOURCES + "*").stream()
                .filter(name -> jndiName.equals(attribute(name.getCanonicalName(), "jndiName")))
                .map(name -> name.getKeyProperty("data-source"))
                .filter(name -> !name.equals(dataSource))
                .findFirst();
    }

    private static Set<ObjectName> names(String pattern) {
        try {
            return server().queryNames(new ObjectName(pattern), null);
        } catch (JMException | RuntimeException e) {
            return Set.of();
        }
    }

    private static @Nullable Object attribute(String name, String attribute) {
        try {
            return server().getAttribute(new ObjectName(name), attribute);
        } catch (JMException | RuntimeException e) {
            return null;
        }
    }

    private static MBeanServer server() {
        return ManagementFactory.getPlatformMBeanServer();
    }
}
