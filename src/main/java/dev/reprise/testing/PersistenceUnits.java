package dev.reprise.testing;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import jakarta.persistence.PersistenceException;
import jakarta.persistence.TransactionRequiredException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The persistence units of the class path, on the test's database and in its transactions; opened when the first one
 * asks. Works with Hibernate. Thread-safe.
 */
final class PersistenceUnits implements AutoCloseable {

    private static final Set<String> ONLY_IN_A_TRANSACTION =
            Set.of("persist", "merge", "remove", "refresh", "flush", "lock", "joinTransaction");

    private final DataSource dataSource;
    private final Map<String, Object> properties;
    private final Map<String, EntityManagerFactory> open = new HashMap<>();

    /** @param properties that the test wants to hold, whatever {@code persistence.xml} says */
    PersistenceUnits(DataSource dataSource, Map<String, String> properties) {
        this.dataSource = dataSource;
        this.properties = Map.copyOf(properties);
    }

    /** @param unit empty for the only one */
    synchronized EntityManagerFactory factory(String unit, String wantedBy) {
        EntityManagerFactory known = open.get(unit);
        if (known != null) {
            return known;
        }
        Map<String, Object> here = new HashMap<>();
        here.put("jakarta.persistence.transactionType", "JTA");
        here.put("jakarta.persistence.jtaDataSource", dataSource);
        here.put("hibernate.transaction.jta.platform", "JBossTS");
        here.putAll(properties);
        try {
            EntityManagerFactory factory = create(unit, here);
            open.put(unit, factory);
            return factory;
        } catch (PersistenceException e) {
            throw new IllegalStateException(
                    wantedBy + " wants " + (unit.isEmpty() ? "the persistence unit" : "persistence unit '" + unit + "'")
                            + ", which does not open: " + e.getMessage()
                            + ". It takes a META-INF/persistence.xml and a provider on the class path of the test, as"
                            + " org.hibernate.orm:hibernate-core.",
                    e);
        }
    }

    @SuppressWarnings("NullAway") // no name, for the only one
    private static EntityManagerFactory create(String unit, Map<String, Object> properties) {
        return Persistence.createEntityManagerFactory(unit.isEmpty() ? null : unit, properties);
    }

    /** One entity manager for each transaction, as a server has it. */
    EntityManager context(String unit, String wantedBy) {
        EntityManagerFactory factory = factory(unit, wantedBy);
        return (EntityManager) Proxy.newProxyInstance(
                EntityManager.class.getClassLoader(),
                new Class<?>[] {EntityManager.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "toString" -> "persistence context " + unit;
                    case "close" -> throw new IllegalStateException("An injected EntityManager is not to be closed");
                    default ->
                        inTransaction()
                                ? call(ofTransaction(factory), method, arguments)
                                : outside(factory, method, arguments);
                });
    }

    private static boolean inTransaction() {
        return ServerResources.synchronizations().getTransactionStatus() != Status.STATUS_NO_TRANSACTION;
    }

    private static EntityManager ofTransaction(EntityManagerFactory factory) {
        TransactionSynchronizationRegistry transaction = ServerResources.synchronizations();
        if (transaction.getResource(factory) instanceof EntityManager known) {
            return known;
        }
        EntityManager created = factory.createEntityManager();
        transaction.putResource(factory, created);
        transaction.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
                created.close();
            }
        });
        return created;
    }

    private static @Nullable Object outside(EntityManagerFactory factory, Method method, Object @Nullable [] arguments)
            throws Throwable {
        if (ONLY_IN_A_TRANSACTION.contains(method.getName())) {
            throw new TransactionRequiredException(method.getName() + " is called outside of a transaction");
        }
        EntityManager created = factory.createEntityManager();
        // A query works on when its caller has it.
        boolean query =
                method.getName().startsWith("create") && method.getName().contains("Query");
        try {
            return call(created, method, arguments);
        } finally {
            if (!query) {
                created.close();
            }
        }
    }

    private static @Nullable Object call(EntityManager manager, Method method, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(manager, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Override
    public synchronized void close() {
        open.values().forEach(EntityManagerFactory::close);
        open.clear();
    }
}
