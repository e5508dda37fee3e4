package dev.reprise.bench.scale;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.agroal.narayana.NarayanaTransactionIntegration;
import jakarta.transaction.TransactionManager;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A data source with transactions, as a server has one. */
final class Pool {

    private static final TransactionManager TRANSACTIONS = inMemory();

    private Pool() {}

    static TransactionManager transactions() {
        return TRANSACTIONS;
    }

    static AgroalDataSource open(String url, String user, String password, int connections) throws SQLException {
        return open(url, user, password, connections, connections);
    }

    private static AgroalDataSource open(String url, String user, String password, int most, int initially)
            throws SQLException {
        return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.maxSize(most)
                        .initialSize(initially)
                        .acquisitionTimeout(Duration.ofMinutes(1))
                        .transactionIntegration(new NarayanaTransactionIntegration(
                                TRANSACTIONS, new TransactionSynchronizationRegistryImple()))
                        .connectionFactoryConfiguration(factory -> factory.jdbcUrl(url)
                                .principal(new NamePrincipal(user))
                                .credential(new SimplePassword(password)))));
    }

    /** One that opens connections when they are needed. */
    static AgroalDataSource small(String url, String user, String password, int most) throws SQLException {
        return open(url, user, password, most, 0);
    }

    private static TransactionManager inMemory() {
        for (@Nullable String store : new @Nullable String[] {null, "stateStore", "communicationStore"}) {
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
                    .setObjectStoreType(VolatileStore.class.getName());
        }
        return com.arjuna.ats.jta.TransactionManager.transactionManager();
    }
}
