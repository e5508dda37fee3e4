package dev.reprise.testing;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.narayana.NarayanaTransactionIntegration;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The database of a test's jobs: one in memory, which is cleared for each test and then forgotten, or one that is there. */
final class TestDatabase {

    private static final List<String> TABLES = List.of(
            "REPRISE_TICK",
            "REPRISE_SCHEDULE",
            "REPRISE_TALLY",
            "REPRISE_RESTART",
            "REPRISE_OWNER",
            "REPRISE_EXCEPTION",
            "REPRISE_TRANSITION",
            "BATCH_STEP_EXECUTION_CONTEXT",
            "BATCH_JOB_EXECUTION_CONTEXT",
            "BATCH_STEP_EXECUTION",
            "BATCH_JOB_EXECUTION_PARAMS",
            "BATCH_JOB_EXECUTION",
            "BATCH_JOB_INSTANCE");

    private final String url;
    private final boolean inMemory;
    private final SecretKey key = randomKey();

    /** @param url of one that is there; null for one in memory */
    TestDatabase(@Nullable String url) {
        this.inMemory = url == null;
        this.url = url == null ? "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000" : url;
    }

    private static SecretKey randomKey() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return new SecretKeySpec(bytes, "AES");
    }

    /** For the secret parameters of the jobs. */
    SecretKey key() {
        return key;
    }

    /** @param threads that jobs have */
    AgroalDataSource pool(int threads) {
        try {
            return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .connectionPoolConfiguration(pool -> pool.maxSize(2 * threads + 5)
                            .acquisitionTimeout(Duration.ofSeconds(30))
                            .transactionIntegration(new NarayanaTransactionIntegration(
                                    ServerResources.TRANSACTIONS, ServerResources.synchronizations()))
                            .connectionFactoryConfiguration(factory -> factory.jdbcUrl(url))));
        } catch (SQLException e) {
            throw new IllegalStateException("The database does not open: " + url, e);
        }
    }

    void clear(DataSource dataSource) {
        if (!inMemory) {
            return;
        }
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String table : TABLES) {
                statement.execute("delete from " + table);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "The tables of an earlier test cannot be cleared; does a job still run?", e);
        }
    }

    /** One in memory would stay for as long as the process. */
    void forget(DataSource dataSource) {
        if (!inMemory) {
            return;
        }
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("shutdown");
        } catch (SQLException e) {
            throw new IllegalStateException("The database in memory cannot be closed", e);
        }
    }
}
