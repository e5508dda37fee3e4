package dev.reprise.testing;

import dev.reprise.internal.engine.EngineBeans;
import jakarta.annotation.Resource;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.InjectionPoint;
import java.util.Set;
import java.util.function.Function;
import org.jberet.creation.BatchCDIExtension;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;
import org.jboss.weld.injection.spi.ResourceInjectionServices;
import org.jboss.weld.injection.spi.ResourceReference;
import org.jboss.weld.injection.spi.ResourceReferenceFactory;
import org.jboss.weld.injection.spi.helpers.SimpleResourceReference;
import org.jspecify.annotations.Nullable;

/** A CDI container with a test's beans and those that the engine's CDI extension adds; needs Weld SE on the class path. */
final class Beans implements AutoCloseable {

    private final WeldContainer container;

    /**
     * @param classes the beans; the class path is searched for them if there are none
     * @param resources what {@code @Resource} injects for a type
     */
    Beans(Set<Class<?>> classes, Function<Class<?>, @Nullable Object> resources) {
        Weld weld = new Weld().skipShutdownHook().addServices(new Resources(resources));
        if (!classes.isEmpty()) {
            // Without discovery Weld does not look for extensions either.
            weld.disableDiscovery()
                    .addExtension(new BatchCDIExtension())
                    .addBeanClass(EngineBeans.class)
                    .addBeanClasses(classes.toArray(Class<?>[]::new));
        }
        container = weld.initialize();
    }

    BeanManager manager() {
        return container.getBeanManager();
    }

    <T> T get(Class<T> type) {
        return container.select(type).get();
    }

    @Override
    public void close() {
        container.shutdown();
    }

    private record Resources(Function<Class<?>, @Nullable Object> byType) implements ResourceInjectionServices {

        @Override
        public ResourceReferenceFactory<Object> registerResourceInjectionPoint(InjectionPoint point) {
            Resource resource = point.getAnnotated().getAnnotation(Resource.class);
            Class<?> type =
                    resource != null && resource.type() != Object.class ? resource.type() : (Class<?>) point.getType();
            return () -> reference(byType.apply(type));
        }

        @Override
        public ResourceReferenceFactory<Object> registerResourceInjectionPoint(String jndiName, String mappedName) {
            throw new UnsupportedOperationException(
                    "Only @Resource fields are injected here, by their type; not " + jndiName + mappedName);
        }

        @SuppressWarnings("NullAway") // nothing is there for that type, and the field stays null
        private static ResourceReference<Object> reference(@Nullable Object resource) {
            return new SimpleResourceReference<>(resource);
        }

        @Override
        public void cleanup() {}
    }
}
