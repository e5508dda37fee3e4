package dev.reprise.sample.flights;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Step {@code summarise}: divides the airports into ranges of codes with about as many flights each. The ranges cover every
 * code there could be, and are stored when they are first made: a restart gets the same ones, whatever became of the rows
 * or of the number of partitions in between.
 */
@Dependent
@Named
class OriginRanges implements PartitionMapper {

    private static final String STORED = """
            select FROM_ORIGIN
              from SUMMARY_RANGE
             where FLIGHT_MONTH = ?
             order by RANGE_NUMBER""";

    private static final String STORE = """
            insert into SUMMARY_RANGE (FLIGHT_MONTH, RANGE_NUMBER, FROM_ORIGIN)
            values (?, ?, ?)""";

    /** Sorted by the database, because it is the database that will compare with the ranges' ends. */
    private static final String COUNT_FLIGHTS = """
            select ORIGIN, count(*) as FLIGHTS
              from FLIGHT
             where FLIGHT_MONTH = ?
             group by ORIGIN
             order by ORIGIN""";

    private final FlightTables tables;
    private final String month;
    private final int partitions;
    private final int threads;

    @Inject
    OriginRanges(
            FlightTables tables,
            @BatchProperty(name = "month") String month,
            @BatchProperty(name = "partitions") String partitions,
            @BatchProperty(name = "threads") String threads) {
        this.tables = tables;
        this.month = month;
        this.partitions = Integer.parseInt(partitions);
        this.threads = Integer.parseInt(threads);
        if (this.partitions < 1 || this.threads < 1) {
            throw new IllegalArgumentException(
                    "partitions and threads must be at least 1, not " + partitions + " and " + threads);
        }
    }

    @Override
    public PartitionPlan mapPartitions() throws SQLException {
        List<String> starts = starts();
        Properties[] properties = new Properties[starts.size()];
        for (int i = 0; i < properties.length; i++) {
            properties[i] = new Properties();
            properties[i].setProperty("fromOrigin", starts.get(i));
            properties[i].setProperty("toOrigin", i + 1 < properties.length ? starts.get(i + 1) : "");
        }
        PartitionPlan plan = new PartitionPlanImpl();
        plan.setPartitions(properties.length);
        plan.setThreads(Math.min(threads, properties.length));
        plan.setPartitionProperties(properties);
        return plan;
    }

    private List<String> starts() throws SQLException {
        try (Connection connection = tables.dataSource().getConnection()) {
            List<String> stored = stored(connection);
            if (!stored.isEmpty()) {
                return stored;
            }
            List<String> starts = divide(connection);
            return store(connection, starts) ? starts : stored(connection);
        }
    }

    private List<String> stored(Connection connection) throws SQLException {
        List<String> starts = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(STORED)) {
            select.setString(1, month);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    starts.add(row.getString("FROM_ORIGIN"));
                }
            }
        }
        return starts;
    }

    private List<String> divide(Connection connection) throws SQLException {
        List<String> origins = new ArrayList<>();
        List<Long> flights = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(COUNT_FLIGHTS)) {
            select.setString(1, month);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    origins.add(row.getString("ORIGIN"));
                    flights.add(row.getLong("FLIGHTS"));
                }
            }
        }
        return starts(origins, flights, partitions);
    }

    /** The first code of each range; the first range starts with the empty code, and there is always one range. */
    static List<String> starts(List<String> origins, List<Long> flights, int partitions) {
        int ranges = Math.min(partitions, Math.max(origins.size(), 1));
        long all = flights.stream().mapToLong(Long::longValue).sum();
        List<String> starts = new ArrayList<>(List.of(""));
        long before = 0;
        for (int i = 0; i < origins.size(); i++) {
            boolean full = before * ranges >= all * starts.size();
            boolean lastChance = origins.size() - i == ranges - starts.size();
            if (i > 0 && starts.size() < ranges && (full || lastChance)) {
                starts.add(origins.get(i));
            }
            before += flights.get(i);
        }
        return starts;
    }

    /** False if somebody else has stored ranges of the month in the meantime. */
    private boolean store(Connection connection, List<String> starts) throws SQLException {
        // The mapper runs outside of the container's transactions.
        connection.setAutoCommit(false);
        try (PreparedStatement insert = connection.prepareStatement(STORE)) {
            for (int i = 0; i < starts.size(); i++) {
                insert.setString(1, month);
                insert.setInt(2, i);
                insert.setString(3, starts.get(i));
                insert.addBatch();
            }
            insert.executeBatch();
            connection.commit();
            return true;
        } catch (SQLException e) {
            connection.rollback();
            if (isDuplicate(e)) {
                return false;
            }
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static boolean isDuplicate(@Nullable SQLException e) {
        String state = e == null ? null : e.getSQLState();
        return state != null && state.startsWith("23");
    }
}
