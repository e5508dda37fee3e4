package dev.reprise.sample.flights;

import dev.reprise.PostgresServer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The databases that the sample is for; PostgreSQL is started once, when it is first asked for. */
public enum TestDatabase {
    H2 {
        @Override
        public DataSource empty() {
            JdbcDataSource dataSource = new JdbcDataSource();
            dataSource.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
            return dataSource;
        }
    },
    POSTGRESQL {
        @Override
        public DataSource empty() throws SQLException {
            PGSimpleDataSource dataSource = PostgresServer.emptySchema();
            dataSource.setReWriteBatchedInserts(true);
            return dataSource;
        }
    };

    /** Each call gives another one. */
    public abstract DataSource empty() throws SQLException;

    FlightTables withTables() throws SQLException {
        FlightTables tables = new FlightTables(empty());
        tables.makeReady();
        return tables;
    }

    public static void execute(DataSource dataSource, String... statements) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Each row as {@code "a|b|c"}. */
    public static List<String> rows(FlightTables tables, String query) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = tables.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                List<String> fields = new ArrayList<>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    fields.add(row.getString(i));
                }
                rows.add(String.join("|", fields));
            }
        }
        return rows;
    }

    /** As in a chunk: whatever connection is asked for is this one, and closing it does not end the transaction. */
    static FlightTables inTransaction(Connection connection) {
        Connection shared = (Connection) Proxy.newProxyInstance(
                TestDatabase.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    try {
                        return method.getName().equals("close") ? null : method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        return new FlightTables((DataSource) Proxy.newProxyInstance(
                TestDatabase.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> shared));
    }
}
