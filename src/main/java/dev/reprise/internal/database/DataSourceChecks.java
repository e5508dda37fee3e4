package dev.reprise.internal.database;

import jakarta.transaction.NotSupportedException;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** Whether a data source is one that a job repository can have, before it has anything in it. */
public final class DataSourceChecks {

    private static final int LEAST_H2 = 2;
    private static final int LEAST_POSTGRESQL = 14;

    /** What PostgreSQL says of itself; others that speak its protocol name themselves (CockroachDB, YugabyteDB). */
    private static final Pattern POSTGRESQL = Pattern.compile("PostgreSQL (?!\\S+-YB-).*", Pattern.DOTALL);

    private DataSourceChecks() {}

    /**
     * Tries it, on a thread that is in no transaction.
     *
     * @param name of its pool, for messages
     * @throws IllegalStateException if it cannot be used; the message says what to do
     */
    public static void run(String name, DataSource dataSource, TransactionManager transactions) {
        Dialect.of(dataSource);
        strange(dataSource).ifPresent(database -> {
            throw new IllegalStateException("The data source " + name + " leads to " + database
                    + "; the job repository needs H2 " + LEAST_H2 + " or PostgreSQL " + LEAST_POSTGRESQL
                    + ", or a later one.");
        });
        if (!joins(dataSource, transactions)) {
            throw new IllegalStateException("The connections of the data source " + name
                    + " are not part of JTA transactions, so a chunk and its checkpoint would not be committed"
                    + " together. Make it a JTA data source (jta=true), as wildfly-config/configure-h2.cli does.");
        }
    }

    /** What is too old, or calls itself PostgreSQL and is something else. */
    private static Optional<String> strange(DataSource dataSource) {
        try (Connection connection = dataSource.getConnection()) {
            DatabaseMetaData about = connection.getMetaData();
            String product = about.getDatabaseProductName();
            boolean h2 = product.equals("H2");
            if (about.getDatabaseMajorVersion() < (h2 ? LEAST_H2 : LEAST_POSTGRESQL)) {
                return Optional.of(product + " " + about.getDatabaseProductVersion());
            }
            return h2
                    ? Optional.empty()
                    : Optional.of(version(connection))
                            .filter(said -> !POSTGRESQL.matcher(said).matches());
        } catch (SQLException e) {
            throw Dialect.doesNotAnswer(e);
        }
    }

    private static String version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select version()")) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        }
    }

    private static boolean joins(DataSource dataSource, TransactionManager transactions) {
        try {
            transactions.begin();
            try (Connection connection = dataSource.getConnection()) {
                return !connection.getAutoCommit();
            } finally {
                transactions.rollback();
            }
        } catch (SQLException e) {
            throw Dialect.doesNotAnswer(e);
        } catch (NotSupportedException | SystemException e) {
            throw new IllegalStateException("No transaction can be begun: " + e.getMessage(), e);
        }
    }
}
