package dev.reprise.bench.peer;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The table that imports fill, and the one statement that they fill it with. */
public final class FlightTable {

    private static final String CREATE = """
            create table if not exists FLIGHT (
                ID bigint not null primary key,
                DEPARTURE timestamp not null,
                DELAY integer not null,
                DISTANCE integer not null,
                ORIGIN varchar(3) not null,
                DESTINATION varchar(3) not null)""";

    /** How every peer writes a flight. */
    public static final String INSERT = """
            insert into FLIGHT (ID, DEPARTURE, DELAY, DISTANCE, ORIGIN, DESTINATION)
            values (?, ?, ?, ?, ?, ?)""";

    private FlightTable() {}

    /** The table, with nothing in it. */
    public static void empty(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(CREATE);
            statement.execute("truncate table FLIGHT");
        }
    }

    /** Writes a chunk as one batch, in the transaction of the connection. */
    public static void insert(Connection connection, List<? extends Flight> flights) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (Flight flight : flights) {
                set(insert, flight);
                insert.addBatch();
            }
            insert.executeBatch();
        }
        ImportWatch.written();
    }

    /** Gives the parameters of {@link #INSERT} their values. */
    public static void set(PreparedStatement insert, Flight flight) throws SQLException {
        insert.setLong(1, flight.id());
        insert.setObject(2, flight.departure());
        insert.setInt(3, flight.delay());
        insert.setInt(4, flight.distance());
        insert.setString(5, flight.origin());
        insert.setString(6, flight.destination());
    }

    /** How many flights there are. */
    public static long count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from FLIGHT")) {
            row.next();
            return row.getLong(1);
        }
    }
}
