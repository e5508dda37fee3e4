package dev.reprise.sample.flights;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the tables say of one month. */
final class FlightMonth {

    private static final String COUNT_REJECTED = """
            select (select count(*) from REJECTED_FLIGHT where FLIGHT_MONTH = ?) as REJECTED,
                   (select count(*) from FLIGHT where FLIGHT_MONTH = ?) as LOADED""";

    private static final String REJECTED_BY_REASON = """
            select REASON, count(*) as REJECTED
              from REJECTED_FLIGHT
             where FLIGHT_MONTH = ?
             group by REASON
             order by REASON""";

    private static final String ON_TIME = """
            select coalesce(sum(ON_TIME_FLIGHTS), 0) as ON_TIME, coalesce(sum(FLIGHTS), 0) as FLIGHTS
              from AIRPORT_SUMMARY
             where FLIGHT_MONTH = ?""";

    private static final String AIRPORTS = """
            select ORIGIN, '' as DESTINATION, ON_TIME_FLIGHTS, FLIGHTS, TOTAL_DELAY, P90_DELAY
              from AIRPORT_SUMMARY
             where FLIGHT_MONTH = ?""";

    private static final String ROUTES = """
            select ORIGIN, DESTINATION, ON_TIME_FLIGHTS, FLIGHTS, TOTAL_DELAY, P90_DELAY
              from ROUTE_SUMMARY
             where FLIGHT_MONTH = ?""";

    private FlightMonth() {}

    /** The rejected ones of all rows. */
    static Share rejected(Connection connection, String month) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(COUNT_REJECTED)) {
            select.setString(1, month);
            select.setString(2, month);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                long rejected = row.getLong("REJECTED");
                return new Share(rejected, rejected + row.getLong("LOADED"));
            }
        }
    }

    /** How many rows were rejected for each reason there was, ascending by reason. */
    static Map<String, Long> rejectedByReason(Connection connection, String month) throws SQLException {
        Map<String, Long> byReason = new LinkedHashMap<>();
        try (PreparedStatement select = select(connection, REJECTED_BY_REASON, month);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                byReason.put(row.getString("REASON"), row.getLong("REJECTED"));
            }
        }
        return byReason;
    }

    /** The flights on time of all flights that were summarised. */
    static Share onTime(Connection connection, String month) throws SQLException {
        try (PreparedStatement select = select(connection, ON_TIME, month);
                ResultSet row = select.executeQuery()) {
            row.next();
            return new Share(row.getLong("ON_TIME"), row.getLong("FLIGHTS"));
        }
    }

    /** Each airport from which a flight left, the least punctual first. */
    static List<DelaySummary> airports(Connection connection, String month) throws SQLException {
        return summaries(connection, AIRPORTS, month);
    }

    /** Each route that was flown, the least punctual first. */
    static List<DelaySummary> routes(Connection connection, String month) throws SQLException {
        return summaries(connection, ROUTES, month);
    }

    private static List<DelaySummary> summaries(Connection connection, String query, String month) throws SQLException {
        List<DelaySummary> summaries = new ArrayList<>();
        try (PreparedStatement select = select(connection, query, month);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                summaries.add(new DelaySummary(
                        row.getString("ORIGIN"),
                        row.getString("DESTINATION"),
                        new Share(row.getLong("ON_TIME_FLIGHTS"), row.getLong("FLIGHTS")),
                        row.getLong("TOTAL_DELAY"),
                        row.getInt("P90_DELAY")));
            }
        }
        // Sorted here because a division in SQL would round.
        summaries.sort(DelaySummary.WORST_FIRST);
        return summaries;
    }

    private static PreparedStatement select(Connection connection, String query, String month) throws SQLException {
        PreparedStatement select = connection.prepareStatement(query);
        select.setString(1, month);
        return select;
    }
}
