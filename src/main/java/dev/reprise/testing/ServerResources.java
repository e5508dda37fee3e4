package dev.reprise.testing;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.arjPropertyManager;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import com.arjuna.ats.jta.UserTransaction;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import jakarta.annotation.Resource;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.PersistenceContextType;
import jakarta.persistence.PersistenceUnit;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.reflect.Member;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What a server has for its jobs: transactions, whose log is in memory here, and what is injected. What there is not is
 * refused by name, and never null.
 */
final class ServerResources {

    /** The transaction manager of this process. */
    static final TransactionManager TRANSACTIONS = inMemory();

    private final Map<String, Object> named;
    private final DataSource dataSource;
    private final PersistenceUnits units;

    /** @param named what the test gave, by the name that a {@code @Resource} has */
    ServerResources(Map<String, Object> named, DataSource dataSource, PersistenceUnits units) {
        this.named = named;
        this.dataSource = dataSource;
        this.units = units;
    }

    private static TransactionManager inMemory() {
        for (@Nullable String store : new @Nullable String[] {null, "stateStore", "communicationStore"}) {
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
                    .setObjectStoreType(VolatileStore.class.getName());
        }
        // Nobody recovers from outside what is in memory.
        arjPropertyManager.getCoordinatorEnvironmentBean().setTransactionStatusManagerEnable(false);
        return com.arjuna.ats.jta.TransactionManager.transactionManager();
    }

    /** Has nothing of its own: it asks the transaction of the thread. */
    static TransactionSynchronizationRegistry synchronizations() {
        return new TransactionSynchronizationRegistryImple();
    }

    /** By its name, else by its type. */
    Object resource(Resource resource, Class<?> declared, Member where) {
        String name = Stream.of(resource.lookup(), resource.name(), resource.mappedName())
                .filter(one -> !one.isEmpty())
                .findFirst()
                .orElse("");
        Class<?> type = resource.type() == Object.class ? declared : resource.type();
        Object given = named.get(name);
        Object found = given != null ? given : ofType(type);
        if (found == null || !declared.isInstance(found)) {
            String shown = name.isEmpty() ? where.getDeclaringClass().getName() + "/" + where.getName() : name;
            throw new IllegalStateException(described(where) + " wants a @Resource '" + shown + "' of type "
                    + type.getName() + ", and in this test there is "
                    + (found == null
                            ? "none"
                            : "one of type " + found.getClass().getName())
                    + (name.isEmpty()
                            ? ". Name it, as @Resource(name = \"" + where.getName() + "\"), and give one"
                            : ". Give one")
                    + " with resource(\"" + (name.isEmpty() ? where.getName() : name) + "\", …) of the builder.");
        }
        return found;
    }

    private @Nullable Object ofType(Class<?> type) {
        if (type == DataSource.class) {
            return dataSource;
        }
        if (type == TransactionManager.class) {
            return TRANSACTIONS;
        }
        if (type == jakarta.transaction.UserTransaction.class) {
            return UserTransaction.userTransaction();
        }
        return type == TransactionSynchronizationRegistry.class ? synchronizations() : null;
    }

    EntityManager persistenceContext(PersistenceContext context, Member where) {
        if (context.type() == PersistenceContextType.EXTENDED) {
            throw new IllegalStateException(described(where) + " wants an extended persistence context, which only a"
                    + " stateful bean of a server has. Test it on a server.");
        }
        return units.context(context.unitName(), described(where));
    }

    EntityManagerFactory persistenceUnit(PersistenceUnit unit, Member where) {
        return units.factory(unit.unitName(), described(where));
    }

    static String described(Member where) {
        return where.getDeclaringClass().getName() + "." + where.getName();
    }
}
