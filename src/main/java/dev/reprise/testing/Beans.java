package dev.reprise.testing;

import com.arjuna.ats.jta.UserTransaction;
import com.arjuna.ats.jta.cdi.TransactionExtension;
import dev.reprise.internal.engine.EngineBeans;
import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.ejb.Singleton;
import jakarta.ejb.Stateless;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.InjectionPoint;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.PersistenceUnit;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import java.lang.reflect.Member;
import java.lang.reflect.ParameterizedType;
import java.util.Set;
import org.jberet.creation.BatchCDIExtension;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;
import org.jboss.weld.injection.spi.JpaInjectionServices;
import org.jboss.weld.injection.spi.ResourceInjectionServices;
import org.jboss.weld.injection.spi.ResourceReferenceFactory;
import org.jboss.weld.injection.spi.helpers.SimpleResourceReference;
import org.jboss.weld.transaction.spi.TransactionServices;

/** A CDI container with a test's beans and those that the engine's CDI extension adds; needs Weld SE on the class path. */
final class Beans implements AutoCloseable {

    private final WeldContainer container;

    /**
     * @param classes the beans; the class path is searched for them if there are none
     * @param resources what is injected that is no bean
     */
    @SuppressWarnings("unchecked") // an array of the annotations' classes
    Beans(Set<Class<?>> classes, ServerResources resources) {
        Weld weld = new Weld()
                .skipShutdownHook()
                .addServices(new Services(resources), new Transactions())
                .addBeanDefiningAnnotations(Stateless.class, Singleton.class)
                .addExtension(new ServerBeans());
        if (!classes.isEmpty()) {
            // Without discovery Weld does not look for extensions either.
            weld.disableDiscovery()
                    .addExtension(new BatchCDIExtension())
                    .addExtension(new TransactionExtension())
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

    /** The session bean of a type, which is a bean like any other here. */
    Object session(EJB ejb, Class<?> declared, Member where) {
        Class<?> type = ejb.beanInterface() == Object.class ? declared : ejb.beanInterface();
        var found = container.select(type);
        if (!found.isResolvable()) {
            throw new IllegalStateException(ServerResources.described(where) + " wants an @EJB of type "
                    + type.getName() + ", and in this test"
                    + (found.isUnsatisfied() ? " there is none. List its class in beans(…)." : " there are several."));
        }
        return found.get();
    }

    @Override
    public void close() {
        container.shutdown();
    }

    /** What Weld has injected that is no bean. */
    private record Services(ServerResources resources) implements ResourceInjectionServices, JpaInjectionServices {

        @Override
        public ResourceReferenceFactory<Object> registerResourceInjectionPoint(InjectionPoint point) {
            Resource resource = point.getAnnotated().getAnnotation(Resource.class);
            return () -> new SimpleResourceReference<>(resources.resource(resource, type(point), point.getMember()));
        }

        @Override
        public ResourceReferenceFactory<Object> registerResourceInjectionPoint(String jndiName, String mappedName) {
            throw new UnsupportedOperationException(
                    "Only @Resource fields and methods have something injected here; not " + jndiName + mappedName);
        }

        @Override
        public ResourceReferenceFactory<EntityManager> registerPersistenceContextInjectionPoint(InjectionPoint point) {
            PersistenceContext context = point.getAnnotated().getAnnotation(PersistenceContext.class);
            return () -> new SimpleResourceReference<>(resources.persistenceContext(context, point.getMember()));
        }

        @Override
        public ResourceReferenceFactory<EntityManagerFactory> registerPersistenceUnitInjectionPoint(
                InjectionPoint point) {
            PersistenceUnit unit = point.getAnnotated().getAnnotation(PersistenceUnit.class);
            return () -> new SimpleResourceReference<>(resources.persistenceUnit(unit, point.getMember()));
        }

        private static Class<?> type(InjectionPoint point) {
            return point.getType() instanceof ParameterizedType generic
                    ? (Class<?>) generic.getRawType()
                    : (Class<?>) point.getType();
        }

        @Override
        public void cleanup() {}
    }

    private static final class Transactions implements TransactionServices {

        @Override
        public void registerSynchronization(Synchronization synchronization) {
            try {
                ServerResources.TRANSACTIONS.getTransaction().registerSynchronization(synchronization);
            } catch (RollbackException | SystemException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public boolean isTransactionActive() {
            return ServerResources.synchronizations().getTransactionStatus() == Status.STATUS_ACTIVE;
        }

        @Override
        public jakarta.transaction.UserTransaction getUserTransaction() {
            return UserTransaction.userTransaction();
        }

        @Override
        public void cleanup() {}
    }
}
