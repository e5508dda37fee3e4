package dev.reprise.sample.flights;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * Step {@code summarise}: replaces the summaries of a chunk's airports and of the routes from them, four statements for the
 * whole chunk. A chunk is all airports from its first to its last one, as {@link OriginReader} gives them in the database's
 * order. As what is there is replaced, doing it twice counts nothing twice. A flight counts for the airport it left.
 */
@Dependent
@Named
class SummaryWriter extends AbstractItemWriter {

    /** Minutes: a flight that is less late is on time. */
    static final int LATE = 15;

    // The percentile by position and not by percentile_disc(0.9), which rounds to the nearest position in H2 2.2 and up
    // to
    // the next one in PostgreSQL and in the standard.
    private static final String SUMMARISE = """
            insert into %1$s_SUMMARY (FLIGHT_MONTH, %2$s, FLIGHTS, ON_TIME_FLIGHTS, TOTAL_DELAY, P90_DELAY)
            select FLIGHT_MONTH, %2$s, count(*), count(*) filter (where DELAY_MINUTES < %3$d), sum(DELAY_MINUTES),
                   min(DELAY_MINUTES) filter (where DELAY_POSITION * 10 >= GROUP_SIZE * 9)
              from (select FLIGHT_MONTH, %2$s, DELAY_MINUTES,
                           row_number() over (partition by %2$s order by DELAY_MINUTES) as DELAY_POSITION,
                           count(*) over (partition by %2$s) as GROUP_SIZE
                      from FLIGHT
                     where FLIGHT_MONTH = ? and ORIGIN between ? and ?) F
             group by FLIGHT_MONTH, %2$s""";

    private static final List<String> STATEMENTS = List.of(
            "delete from ROUTE_SUMMARY where FLIGHT_MONTH = ? and ORIGIN between ? and ?",
            String.format(SUMMARISE, "ROUTE", "ORIGIN, DESTINATION", LATE),
            "delete from AIRPORT_SUMMARY where FLIGHT_MONTH = ? and ORIGIN between ? and ?",
            String.format(SUMMARISE, "AIRPORT", "ORIGIN", LATE));

    private final FlightTables tables;
    private final String month;

    @Inject
    SummaryWriter(FlightTables tables, @BatchProperty(name = "month") String month) {
        this.tables = tables;
        this.month = month;
    }

    @Override
    public void writeItems(List<Object> origins) throws SQLException {
        try (Connection connection = tables.dataSource().getConnection()) {
            for (String statement : STATEMENTS) {
                try (PreparedStatement prepared = connection.prepareStatement(statement)) {
                    prepared.setString(1, month);
                    prepared.setString(2, (String) origins.get(0));
                    prepared.setString(3, (String) origins.get(origins.size() - 1));
                    prepared.executeUpdate();
                }
            }
        }
    }
}
