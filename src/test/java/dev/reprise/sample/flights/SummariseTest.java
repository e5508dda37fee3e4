package dev.reprise.sample.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.reprise.sample.flights.ReferenceTotals.Group;
import jakarta.batch.api.partition.PartitionPlan;
import java.io.Serializable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Step summarise: ranges, reader and writer. */
class SummariseTest {

    private static final String MONTH = "2001-01";
    private static final String EVERYTHING = """
            select ORIGIN, '' as DESTINATION, FLIGHTS, ON_TIME_FLIGHTS, TOTAL_DELAY, P90_DELAY, MEAN_DELAY, ON_TIME_PERCENT
              from AIRPORT_SUMMARY where FLIGHT_MONTH = '2001-01'
            union all
            select ORIGIN, DESTINATION, FLIGHTS, ON_TIME_FLIGHTS, TOTAL_DELAY, P90_DELAY, MEAN_DELAY, ON_TIME_PERCENT
              from ROUTE_SUMMARY where FLIGHT_MONTH = '2001-01'
             order by 1, 2""";

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void isWhatAPlainComputationFinds(TestDatabase database) throws Exception {
        FlightTables tables = database.withTables();
        Path file = TestFlights.gzip(folder.resolve("f.csv.gz"), TestFlights.random(4_000));
        TestFlights.load(tables, file, MONTH, 1000, null);
        TestFlights.load(tables, file, "2001-02", 1000, null);
        ReferenceTotals expected = ReferenceTotals.of(file, TestFlights.AIRPORTS, MONTH);
        assertThat(expected.rejected()).hasSize(4);

        List<List<Object>> partitions = TestFlights.summarise(tables, MONTH, 4);

        assertThat(partitions)
                .hasSize(4)
                .allSatisfy(origins -> assertThat(origins).isNotEmpty());
        try (Connection connection = tables.dataSource().getConnection()) {
            Map<String, DelaySummary> airports = new HashMap<>();
            FlightMonth.airports(connection, MONTH).forEach(summary -> airports.put(summary.origin(), summary));
            Map<String, DelaySummary> routes = new HashMap<>();
            FlightMonth.routes(connection, MONTH)
                    .forEach(summary -> routes.put(summary.origin() + "-" + summary.destination(), summary));
            assertSame(airports, expected.airports());
            assertSame(routes, expected.routes());
            // Small groups of every size: there the definitions of a percentile differ.
            assertThat(routes.values())
                    .extracting(summary -> summary.flights() % 10)
                    .contains(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
            assertThat(FlightMonth.onTime(connection, MONTH))
                    .isEqualTo(new Share(expected.onTime(), expected.loaded()));
            assertThat(FlightMonth.rejectedByReason(connection, MONTH)).isEqualTo(expected.rejected());
        }
        for (String row : TestDatabase.rows(tables, EVERYTHING)) {
            String[] field = row.split("\\|", -1);
            Group group = Objects.requireNonNull(
                    field[1].isEmpty()
                            ? expected.airports().get(field[0])
                            : expected.routes().get(field[0] + "-" + field[1]),
                    row);
            assertThat(Double.parseDouble(field[6])).isCloseTo(group.meanDelay(), within(0.0005001));
            assertThat(Double.parseDouble(field[7])).isCloseTo(group.onTimePercent(), within(0.0005001));
        }
    }

    private static void assertSame(Map<String, DelaySummary> actual, Map<String, Group> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, group) -> assertThat(actual.get(name))
                .as(name)
                .usingRecursiveComparison()
                .comparingOnlyFields("onTime", "totalDelay", "p90Delay")
                .isEqualTo(new DelaySummary(
                        "", "", new Share(group.onTime(), group.flights()), group.totalDelay(), group.p90Delay())));
    }

    @ParameterizedTest
    @EnumSource
    void doneAgainItCountsNothingTwice(TestDatabase database) throws Exception {
        FlightTables tables = database.withTables();
        TestFlights.load(
                tables, TestFlights.gzip(folder.resolve("f.csv.gz"), TestFlights.random(1_000)), MONTH, 1000, null);
        TestFlights.summarise(tables, MONTH, 3);
        List<String> once = TestDatabase.rows(tables, EVERYTHING);

        TestFlights.summarise(tables, MONTH, 3);

        assertThat(once).isNotEmpty();
        assertThat(TestDatabase.rows(tables, EVERYTHING)).isEqualTo(once);
    }

    @ParameterizedTest
    @EnumSource
    void theReaderResumesAfterAnyAirportWithTheRest(TestDatabase database) throws Exception {
        FlightTables tables = database.withTables();
        TestFlights.load(
                tables, TestFlights.gzip(folder.resolve("f.csv.gz"), TestFlights.random(500)), MONTH, 1000, null);
        OriginReader reader = new OriginReader(tables, MONTH, "BOS", "SFO");
        List<Serializable> checkpoints = new ArrayList<>();
        reader.open(null);
        checkpoints.add(reader.checkpointInfo());
        while (reader.readItem() != null) {
            checkpoints.add(reader.checkpointInfo());
        }

        List<Object> all = TestFlights.readAll(new OriginReader(tables, MONTH, "BOS", "SFO"), null);
        assertThat(all).containsExactly("BOS", "DEN", "JFK", "LAX", "MIA", "ORD", "SEA");
        assertThat(checkpoints).hasSize(8).last().isEqualTo(new OriginPosition("SEA", 7, 7));
        for (int i = 0; i < checkpoints.size(); i++) {
            OriginReader resumed = new OriginReader(tables, MONTH, "BOS", "SFO");
            assertThat(TestFlights.readAll(resumed, checkpoints.get(i))).isEqualTo(all.subList(i, all.size()));
            assertThat(resumed.checkpointInfo()).isEqualTo(new OriginPosition("SEA", 7, 7));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theRangesStayTheSameWhateverBecomesOfTheRows(TestDatabase database) throws Exception {
        FlightTables tables = database.withTables();
        TestFlights.load(
                tables, TestFlights.gzip(folder.resolve("f.csv.gz"), TestFlights.random(500)), MONTH, 1000, null);
        List<String> first = ranges(tables, 4);

        TestDatabase.execute(tables.dataSource(), "update FLIGHT set ORIGIN = 'ZZZ' where ORIGIN = 'ATL'");

        assertThat(ranges(tables, 4)).isEqualTo(first).hasSize(4);
        assertThat(ranges(tables, 7)).isEqualTo(first);
        assertThat(first.get(0)).startsWith("-");
        assertThat(first.get(3)).endsWith("-");
        assertThat(TestFlights.summarise(tables, MONTH, 4).stream().flatMap(List::stream))
                .contains("ZZZ");
    }

    private static List<String> ranges(FlightTables tables, int partitions) throws SQLException {
        PartitionPlan plan = new OriginRanges(tables, MONTH, "" + partitions, "2").mapPartitions();
        assertThat(plan.getThreads()).isEqualTo(2);
        return IntStream.range(0, plan.getPartitions())
                .mapToObj(i -> plan.getPartitionProperties()[i])
                .map(range -> range.getProperty("fromOrigin") + "-" + range.getProperty("toOrigin"))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void aMonthWithoutFlightsIsOneRangeWithNothingInIt(TestDatabase database) throws Exception {
        FlightTables tables = database.withTables();

        assertThat(TestFlights.summarise(tables, MONTH, 4)).containsExactly(List.of());

        PartitionPlan plan = new OriginRanges(tables, MONTH, "4", "2").mapPartitions();
        assertThat(plan.getPartitions()).isEqualTo(1);
        assertThat(plan.getThreads()).isEqualTo(1);
    }

    @Test
    void theRangesHaveAboutAsManyFlightsEach() {
        List<String> origins =
                IntStream.range(0, 200).mapToObj(i -> String.format("%03d", i)).toList();

        assertThat(OriginRanges.starts(origins, Collections.nCopies(200, 7L), 4))
                .containsExactly("", "050", "100", "150");
        List<Long> rising = IntStream.range(0, 200).mapToObj(Long::valueOf).toList();
        assertThat(OriginRanges.starts(origins, rising, 2)).containsExactly("", "142");
    }

    @Test
    void noRangeIsEmptyHoweverTheFlightsLie() {
        assertThat(OriginRanges.starts(List.of("A", "B", "C", "D"), List.of(1L, 1L, 1L, 1000L), 4))
                .containsExactly("", "B", "C", "D");
        assertThat(OriginRanges.starts(List.of("A", "B", "C"), List.of(1000L, 1L, 1L), 3))
                .containsExactly("", "B", "C");
        assertThat(OriginRanges.starts(List.of("A", "B"), List.of(1L, 1L), 4)).containsExactly("", "B");
        assertThat(OriginRanges.starts(List.of(), List.of(), 4)).containsExactly("");
    }
}
