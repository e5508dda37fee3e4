package dev.reprise.sample.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import jakarta.batch.runtime.StepExecution;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is judged: rejected rows, punctuality, the alert. */
class JudgeTest {

    private static final String MONTH = "2001-01";

    @ParameterizedTest
    @CsvSource({
        // part, whole, percent, more, less
        "  1,   100,     1, false, false",
        "  2,   100,     1, true,  false",
        "  1,   101,     1, false, true",
        "  1,     3, 33.33, true,  false",
        "  1,     3, 33.34, false, true",
        "  7,  1000,   0.7, false, false",
        " 29,   100,    29, false, false",
        "  0,   100,     0, false, false",
        "100,   100,   100, false, false",
        "  0,     0,     0, false, false",
        "  0,     0,    50, false, false",
        "3000000000000000001, 3000000000000000002, 100, false, true",
    })
    void sharesAreComparedExactly(long part, long whole, BigDecimal percent, boolean more, boolean less) {
        assertThat(new Share(part, whole).isMoreThan(percent)).isEqualTo(more);
        assertThat(new Share(part, whole).isLessThan(percent)).isEqualTo(less);
    }

    @Test
    void sharesAreShownRounded() {
        assertThat(new Share(399_039, 508_239)).hasToString("78.51 % (399,039 of 508,239)");
        assertThat(new Share(0, 0).percent()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void strictlyMoreRejectsThanAllowedAreTooMany(TestDatabase database) throws SQLException {
        FlightTables tables = database.withTables();
        flights(tables, 9);
        TestDatabase.execute(
                tables.dataSource(),
                "insert into REJECTED_FLIGHT values ('2001-01', 2, 'DELAY', '')",
                "insert into REJECTED_FLIGHT values ('2001-02', 2, 'DELAY', '')");

        assertThat(new RejectCheck(tables, MONTH, "10").process()).isNull();
        assertThat(new RejectCheck(tables, MONTH, "9.999").process()).isEqualTo("TOO_MANY_REJECTS");
        assertThat(new RejectCheck(tables, MONTH, "0").process()).isEqualTo("TOO_MANY_REJECTS");

        // Put right: the row is a flight now.
        TestDatabase.execute(tables.dataSource(), "delete from REJECTED_FLIGHT where FLIGHT_MONTH = '2001-01'");
        assertThat(new RejectCheck(tables, MONTH, "0").process()).isNull();
    }

    @Test
    void aMonthWithoutAnyRowIsAFailureAndOneWithRejectedRowsOnlyIsNot() throws SQLException {
        FlightTables tables = TestDatabase.H2.withTables();

        assertThatIllegalStateException()
                .isThrownBy(() -> new RejectCheck(tables, MONTH, "100").process())
                .withMessageContaining("neither FLIGHT nor REJECTED_FLIGHT has a row of 2001-01");

        TestDatabase.execute(tables.dataSource(), "insert into REJECTED_FLIGHT values ('2001-01', 2, 'DELAY', '')");
        assertThat(new RejectCheck(tables, MONTH, "100").process()).isNull();
        assertThat(new RejectCheck(tables, MONTH, "99").process()).isEqualTo("TOO_MANY_REJECTS");
    }

    @ParameterizedTest
    @EnumSource
    void strictlyLessPunctualThanAllowedIsAnAlert(TestDatabase database) throws SQLException {
        FlightTables tables = database.withTables();
        airport(tables, "AAA", 3, 2);
        airport(tables, "BBB", 5, 4);

        assertThat(decide(tables, "75")).isEqualTo("REPORT");
        assertThat(decide(tables, "75.001")).isEqualTo("ALERT");
        assertThat(decide(tables, "0")).isEqualTo("REPORT");
        assertThat(decide(tables, "100")).isEqualTo("ALERT");
    }

    @Test
    void noFlightsAreNoAlert() throws SQLException {
        FlightTables tables = TestDatabase.H2.withTables();

        assertThat(decide(tables, "100")).isEqualTo("REPORT");
    }

    private static String decide(FlightTables tables, String percent) throws SQLException {
        return new PunctualityDecider(tables, MONTH, percent).decide(new StepExecution[0]);
    }

    @ParameterizedTest
    @EnumSource
    void theAlertIsTheTenLeastPunctualAirportsHoweverOften(TestDatabase database) throws SQLException {
        FlightTables tables = database.withTables();
        for (int i = 0; i < 12; i++) {
            airport(tables, "A" + (char) ('A' + i), 100, 50 + i);
        }
        airport(tables, "BIG", 200, 102); // as punctual as AB, but larger
        airport(tables, "TINY", 1, 0);

        new AlertBatchlet(tables, MONTH).process();
        new AlertBatchlet(tables, MONTH).process();

        assertThat(TestDatabase.rows(
                        tables,
                        "select RANKING, AIRPORT, FLIGHTS, ON_TIME_FLIGHTS, ON_TIME_PERCENT, P90_DELAY"
                                + " from FLIGHT_ALERT where FLIGHT_MONTH = '2001-01' order by RANKING"))
                .hasSize(10)
                .startsWith(
                        "1|TINY|1|0|0.000|7", "2|AA|100|50|50.000|7", "3|BIG|200|102|51.000|7", "4|AB|100|51|51.000|7")
                .endsWith("10|AH|100|57|57.000|7");
        try (Connection connection = tables.dataSource().getConnection()) {
            assertThat(FlightMonth.airports(connection, MONTH))
                    .extracting(DelaySummary::origin)
                    .isEqualTo(List.of(
                            "TINY", "AA", "BIG", "AB", "AC", "AD", "AE", "AF", "AG", "AH", "AI", "AJ", "AK", "AL"));
        }
    }

    private static void flights(FlightTables tables, int number) throws SQLException {
        for (int i = 1; i <= number; i++) {
            TestDatabase.execute(
                    tables.dataSource(),
                    "insert into FLIGHT values ('2001-01', " + i
                            + ", timestamp '2001-01-01 00:00:00', 0, 1, 'A', 'B')");
        }
    }

    private static void airport(FlightTables tables, String code, int flights, int onTime) throws SQLException {
        TestDatabase.execute(
                tables.dataSource(),
                "insert into AIRPORT_SUMMARY (FLIGHT_MONTH, ORIGIN, FLIGHTS, ON_TIME_FLIGHTS, TOTAL_DELAY, P90_DELAY)"
                        + " values ('2001-01', '" + code + "', " + flights + ", " + onTime + ", 0, 7)");
    }
}
