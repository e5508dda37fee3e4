package dev.reprise.testing;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import com.arjuna.ats.jta.UserTransaction;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What a server has for its jobs: transactions, whose log is in memory here, and what {@code @Resource} injects. */
final class ServerResources {

    /** The transaction manager of this process. */
    static final TransactionManager TRANSACTIONS = inMemory();

    private ServerResources() {}

    private static TransactionManager inMemory() {
        for (@Nullable String store : new @Nullable String[] {null, "stateStore", "communicationStore"}) {
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
                    .setObjectStoreType(VolatileStore.class.getName());
        }
        return com.arjuna.ats.jta.TransactionManager.transactionManager();
    }

    /** What is injected for a type; null if there is nothing of it. */
    static @Nullable Object ofType(Class<?> type, DataSource dataSource) {
        if (type == DataSource.class) {
            return dataSource;
        }
        if (type == TransactionManager.class) {
            return TRANSACTIONS;
        }
        if (type == jakarta.transaction.UserTransaction.class) {
            return UserTransaction.userTransaction();
        }
        return type == TransactionSynchronizationRegistry.class ? new TransactionSynchronizationRegistryImple() : null;
    }
}
