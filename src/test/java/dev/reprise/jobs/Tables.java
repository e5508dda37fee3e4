package dev.reprise.jobs;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.sql.DataSource;

/** The tables themselves, as a test looks at them beside every API. */
@ApplicationScoped
public class Tables {

    private static final List<String> ALL = List.of(
            "BATCH_JOB_INSTANCE",
            "BATCH_JOB_EXECUTION",
            "BATCH_JOB_EXECUTION_PARAMS",
            "BATCH_STEP_EXECUTION",
            "BATCH_JOB_EXECUTION_CONTEXT",
            "BATCH_STEP_EXECUTION_CONTEXT",
            "REPRISE_OWNER",
            "REPRISE_RESTART",
            "REPRISE_NODE",
            "REPRISE_EXCEPTION",
            "REPRISE_TRANSITION");

    @Resource(lookup = "java:jboss/datasources/reprise")
    private DataSource dataSource;

    void deployed(@Observes @Initialized(ApplicationScoped.class) Object event) {
        execute("create table if not exists TEST_ITEM (RUN varchar(100) not null, STEP varchar(100) not null,"
                + " ITEM integer not null)");
    }

    /** The only column of the rows of a query, as text. */
    public List<String> column(String sql, Object... arguments) {
        List<String> values = new ArrayList<>();
        for (List<String> row : rows(sql, arguments)) {
            values.add(row.get(0));
        }
        return values;
    }

    /** The rows of a query, as text. */
    public List<List<String>> rows(String sql, Object... arguments) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                query.setObject(i + 1, arguments[i]);
            }
            List<List<String>> rows = new ArrayList<>();
            try (ResultSet result = query.executeQuery()) {
                int columns = result.getMetaData().getColumnCount();
                while (result.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= columns; i++) {
                        row.add(String.valueOf(result.getString(i)));
                    }
                    rows.add(row);
                }
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Runs a statement on a connection of its own. */
    public void execute(String sql) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** How many rows each table of the repository has. */
    public SortedMap<String, String> counts() {
        SortedMap<String, String> counts = new TreeMap<>();
        for (String table : ALL) {
            counts.put(table, column("select count(*) from " + table).get(0));
        }
        return counts;
    }

    /** What a run wrote, in order. */
    public List<Integer> items(String run, String step) {
        return column("select ITEM from TEST_ITEM where RUN = ? and STEP = ? order by ITEM", run, step).stream()
                .map(Integer::valueOf)
                .toList();
    }
}
