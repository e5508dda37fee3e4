package dev.reprise.sample.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReportTest {

    private static final String MONTH = "2001-01";

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void isAPageAndACsvFileWithWhatThePlainComputationFinds(TestDatabase database) throws Exception {
        FlightTables tables = database.withTables();
        Path file = TestFlights.gzip(folder.resolve("f.csv.gz"), TestFlights.random(2_000));
        TestFlights.load(tables, file, MONTH, 1000, null);
        TestFlights.summarise(tables, MONTH, 2);
        ReferenceTotals expected = ReferenceTotals.of(file, TestFlights.AIRPORTS, MONTH);

        new ReportBatchlet(tables, MONTH, "80", TestFlights.AIRPORTS, folder.resolve("reports")).process();

        Path page = folder.resolve("reports/flight-performance-2001-01.html");
        Path csv = folder.resolve("reports/flight-performance-2001-01.csv");
        try (var written = Files.list(folder.resolve("reports"))) {
            assertThat(written).containsExactlyInAnyOrder(page, csv);
        }
        List<String> lines = Files.readAllLines(csv);
        assertThat(lines.get(0))
                .isEqualTo("kind,origin,destination,flights,on_time_flights,on_time_percent,mean_delay_minutes,"
                        + "p90_delay_minutes");
        assertThat(lines)
                .hasSize(1 + expected.airports().size() + expected.routes().size());
        expected.airports()
                .forEach((code, group) -> assertThat(lines)
                        .contains(String.format(
                                "airport,%s,,%d,%d,%.3f,%.3f,%d",
                                code,
                                group.flights(),
                                group.onTime(),
                                group.onTimePercent(),
                                group.meanDelay(),
                                group.p90Delay())));
        expected.routes()
                .forEach((name, group) -> assertThat(lines)
                        .anyMatch(line ->
                                line.startsWith("route," + name.replace('-', ',') + "," + group.flights() + ",")));
        String html = Files.readString(page);
        assertThat(html)
                .contains("<h1>Flights in January 2001</h1>")
                .contains("<dd>" + String.format("%,d", expected.loaded()) + "</dd>")
                .contains("William B Hartsfield-Atlanta Intl")
                .contains("<h2>Rejected rows</h2>");
        assertThat(Pattern.compile("<svg ").matcher(html).results()).hasSize(2);
        assertThat(Pattern.compile("class=\"bar\"").matcher(html).results()).hasSize(20);
        // Self-contained: nothing is fetched from anywhere.
        assertThat(html).doesNotContainPattern("(?i)(src|href)=|url\\(|@import|https?://");
    }

    @Test
    void escapesWhatItDidNotWriteItself() throws IOException, SQLException {
        FlightTables tables = TestDatabase.H2.withTables();
        TestDatabase.execute(
                tables.dataSource(),
                "insert into AIRPORT_SUMMARY (FLIGHT_MONTH, ORIGIN, FLIGHTS, ON_TIME_FLIGHTS, TOTAL_DELAY, P90_DELAY)"
                        + " values ('2001-01', '<i>&', 10, 5, 0, 0)",
                "insert into ROUTE_SUMMARY"
                        + " (FLIGHT_MONTH, ORIGIN, DESTINATION, FLIGHTS, ON_TIME_FLIGHTS, TOTAL_DELAY, P90_DELAY)"
                        + " values ('2001-01', '<i>&', '\"''', 10, 5, 0, 0)",
                "insert into REJECTED_FLIGHT values ('2001-01', 2, '<u>', '')");
        Path airports = folder.resolve("airports.csv");
        Files.writeString(airports, String.join(",", Airports.FORMAT.columns()) + """

                <i>&,<script>alert('a')</script>,"Town ""x"" & y",<b>,USA,0,0
                """);

        new ReportBatchlet(tables, MONTH, "80", airports, folder).process();

        String html = Files.readString(folder.resolve("flight-performance-2001-01.html"));
        assertThat(html)
                .contains("&lt;script&gt;alert(&#39;a&#39;)&lt;/script&gt;")
                .contains("Town &quot;x&quot; &amp; y, &lt;b&gt;")
                .contains("&lt;i&gt;&amp;</tspan>")
                .contains("&quot;&#39;")
                .contains("&lt;u&gt;")
                .doesNotContain("<script", "<i>", "<b>", "<u>", "alert('");
        assertThat(folder.resolve("flight-performance-2001-01.csv")).content().contains("route,<i>&,\"\"\"'\",10,");
    }

    @Test
    void saysWhetherThereWasAnAlertAndReplacesWhatItWrote() throws IOException, SQLException {
        FlightTables tables = TestDatabase.H2.withTables();
        TestDatabase.execute(
                tables.dataSource(),
                "insert into AIRPORT_SUMMARY (FLIGHT_MONTH, ORIGIN, FLIGHTS, ON_TIME_FLIGHTS, TOTAL_DELAY, P90_DELAY)"
                        + " values ('2001-01', 'ATL', 10, 5, -3, -2)");
        Path page = folder.resolve("flight-performance-2001-01.html");

        new ReportBatchlet(tables, MONTH, "50.1", TestFlights.AIRPORTS, folder).process();
        assertThat(page).content().contains("Less than 50.1&nbsp;% of the flights were on time");

        new ReportBatchlet(tables, MONTH, "50", TestFlights.AIRPORTS, folder).process();
        assertThat(page)
                .content()
                .contains("At least 50&nbsp;% of the flights were on time")
                .contains("<td>−0.3</td><td>−2</td>");
    }

    @Test
    void aMonthWithRejectedRowsOnlyHasAReportToo() throws IOException, SQLException {
        FlightTables tables = TestDatabase.H2.withTables();
        TestDatabase.execute(tables.dataSource(), "insert into REJECTED_FLIGHT values ('2001-01', 2, 'DELAY', '')");

        new ReportBatchlet(tables, MONTH, "80", TestFlights.AIRPORTS, folder).process();

        assertThat(folder.resolve("flight-performance-2001-01.html"))
                .content()
                .contains("<strong>No flights.</strong>")
                .doesNotContain("NaN");
    }
}
