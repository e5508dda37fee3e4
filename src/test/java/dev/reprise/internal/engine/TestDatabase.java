package dev.reprise.internal.engine;

import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import dev.reprise.PostgresServer;
import dev.reprise.database.WatchedDatabase;
import dev.reprise.internal.database.Dialect;
import dev.reprise.internal.database.Migrations;
import dev.reprise.internal.database.Schema;
import dev.reprise.testing.InProcessBatch;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.narayana.NarayanaTransactionIntegration;
import jakarta.transaction.Status;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;

/**
 * A database of a test: as the repository has it, pooled and transactional, and as an onlooker has it, with a connection
 * and a transaction for each question.
 */
public final class TestDatabase {

    /** The databases that the repository is for. */
    public enum Kind {
        H2,
        POSTGRESQL
    }

    private static final Map<Kind, TestDatabase> SHARED = new EnumMap<>(Kind.class);

    public static final TransactionManager TRANSACTIONS = InProcessBatch.transactionManager();

    private final Kind kind;
    private final String url;
    private final DataSource plain;
    private @Nullable AgroalDataSource pooled;

    private TestDatabase(Kind kind) {
        this.kind = kind;
        try {
            switch (kind) {
                case H2 -> {
                    JdbcDataSource h2 = new JdbcDataSource();
                    h2.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000");
                    url = h2.getUrl();
                    plain = h2;
                }
                case POSTGRESQL -> {
                    var postgres = PostgresServer.emptySchema();
                    url = PostgresServer.urlOf(postgres);
                    plain = postgres;
                }
                default -> throw new AssertionError(kind);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** With the repository's tables; for tests that only look at their own jobs. */
    public static synchronized TestDatabase shared(Kind kind) {
        return SHARED.computeIfAbsent(kind, TestDatabase::migrated);
    }

    /** With the repository's tables, empty. */
    public static TestDatabase migrated(Kind kind) {
        TestDatabase database = new TestDatabase(kind);
        Schema.migrate(database.plain);
        return database;
    }

    /** With the repository's tables as a build of before left them. */
    public static TestDatabase ofVersion(Kind kind, String version) {
        TestDatabase database = new TestDatabase(kind);
        Flyway.configure()
                .dataSource(database.plain)
                .resourceProvider(new Migrations(Dialect.of(database.plain)))
                .table("reprise_schema_history")
                .target(version)
                .load()
                .migrate();
        return database;
    }

    /** Without any table. */
    public static TestDatabase empty(Kind kind) {
        return new TestDatabase(kind);
    }

    Kind kind() {
        return kind;
    }

    /** Without transactions of a transaction manager. */
    public DataSource plain() {
        return plain;
    }

    /** As the pool reaches it. */
    public WatchedDatabase watched() {
        return WatchedDatabase.of(url);
    }

    /** As the server has it: a pool whose connections join JTA transactions. */
    public synchronized DataSource pooled() {
        AgroalDataSource current = pooled;
        if (current == null) {
            try {
                current = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                        .connectionPoolConfiguration(pool -> pool.maxSize(40)
                                .acquisitionTimeout(Duration.ofSeconds(30))
                                .transactionIntegration(new NarayanaTransactionIntegration(
                                        TRANSACTIONS, new TransactionSynchronizationRegistryImple()))
                                .connectionFactoryConfiguration(
                                        factory -> factory.jdbcUrl(watched().url()))));
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            pooled = current;
        }
        return current;
    }

    /** Each row as {@code "a|b|c"}, null as {@code "null"}. */
    public List<String> rows(String query, Object... parameters) {
        try (Connection connection = plain.getConnection();
                PreparedStatement statement = prepare(connection, query, parameters);
                ResultSet row = statement.executeQuery()) {
            List<String> rows = new ArrayList<>();
            while (row.next()) {
                List<String> fields = new ArrayList<>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    fields.add(String.valueOf(row.getString(i)));
                }
                rows.add(String.join("|", fields));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
    }

    /** The only row. */
    public String row(String query, Object... parameters) {
        List<String> rows = rows(query, parameters);
        if (rows.size() != 1) {
            throw new AssertionError(rows.size() + " rows: " + query);
        }
        return rows.get(0);
    }

    /** Somebody else holds the row of a step, for as long as a transaction is active. */
    void holdWhileActive(long stepExecutionId, Transaction transaction) throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        Thread holder = new Thread(() -> {
            try (Connection connection = plain.getConnection()) {
                connection.setAutoCommit(false);
                try (PreparedStatement lock = prepare(
                        connection,
                        "select VERSION from BATCH_STEP_EXECUTION where STEP_EXECUTION_ID = ? for update",
                        stepExecutionId)) {
                    lock.executeQuery();
                }
                held.countDown();
                Awaitility.await().until(() -> transaction.getStatus() != Status.STATUS_ACTIVE);
                connection.rollback();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        holder.start();
        held.await();
    }

    public int execute(String sql, Object... parameters) {
        try (Connection connection = plain.getConnection();
                PreparedStatement statement = prepare(connection, sql, parameters)) {
            return statement.execute() ? 0 : statement.getUpdateCount();
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }

    /** Every table and how many rows it has. */
    public Map<String, Long> rowCounts() {
        Map<String, Long> counts = new TreeMap<>();
        String schema = kind == Kind.H2 ? "schema()" : "current_schema()";
        for (String table : rows("select table_name from information_schema.tables where table_schema = " + schema)) {
            counts.put(table, Long.valueOf(row("select count(*) from \"" + table + "\"")));
        }
        return counts;
    }
}
