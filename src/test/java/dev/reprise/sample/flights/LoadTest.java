package dev.reprise.sample.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.item.BrokenInputException;
import dev.reprise.sample.flights.CheckedFlight.Fault;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.ThrowingConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Step load: reader, validator and writer. */
class LoadTest {

    private static final String MONTH = "2001-01";
    private static final String COUNTS = """
            select (select count(*) from FLIGHT), (select count(*) from REJECTED_FLIGHT)""";

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void writesGoodRowsAndRejectedOnesWithLineAndReason(TestDatabase database) throws Exception {
        FlightTables tables = database.withTables();
        Path file = TestFlights.gzip(folder.resolve("f.csv.gz"), TestFlights.HEADER + """
                1,2001-01-31T23:59,-120,1,LAX,ORD
                2,2001-01-01T00:00,2880,5,LAX,???
                3,2001-01-01T00:00,2881,0,LAX,ORD
                4,2001-01-01T00:00,2881,5,LAX,ORD
                5,2001-02-01T00:00,0,5,LAX,ORD
                """);

        TestFlights.load(tables, file, MONTH, 1000, null);

        assertThat(TestDatabase.rows(
                        tables,
                        "select FLIGHT_MONTH, FLIGHT_ID, cast(DEPARTURE as varchar(16)), DELAY_MINUTES, DISTANCE_MILES,"
                                + " ORIGIN, DESTINATION from FLIGHT"))
                .containsExactly("2001-01|1|2001-01-31 23:59|-120|1|LAX|ORD");
        assertThat(TestDatabase.rows(
                        tables,
                        "select FLIGHT_MONTH, LINE_NUMBER, REASON, ROW_TEXT from REJECTED_FLIGHT order by 1, 2"))
                .containsExactly(
                        "2001-01|3|UNKNOWN_AIRPORT|2,2001-01-01T00:00,2880,5,LAX,???",
                        "2001-01|4|DISTANCE|3,2001-01-01T00:00,2881,0,LAX,ORD",
                        "2001-01|5|DELAY|4,2001-01-01T00:00,2881,5,LAX,ORD",
                        "2001-01|6|MONTH|5,2001-02-01T00:00,0,5,LAX,ORD");
    }

    @ParameterizedTest
    @CsvSource({
        "ATL, ORD,    0,   1, 2001-01-01T00:00,",
        "ATL, ORD, -120,   1, 2001-01-31T23:59,",
        "ATL, ORD, 2880,   1, 2001-01-15T12:00,",
        "???, ORD,    0,   1, 2001-01-01T00:00, UNKNOWN_AIRPORT",
        "ATL, atl,    0,   1, 2001-01-01T00:00, UNKNOWN_AIRPORT",
        "ATL, ORD,    0,   0, 2001-01-01T00:00, DISTANCE",
        "ATL, ORD,    0, -10, 2001-01-01T00:00, DISTANCE",
        "ATL, ORD, -121,   1, 2001-01-01T00:00, DELAY",
        "ATL, ORD, 2881,   1, 2001-01-01T00:00, DELAY",
        "ATL, ORD,    0,   1, 2000-12-31T23:59, MONTH",
        "ATL, ORD,    0,   1, 2001-02-01T00:00, MONTH",
        "ATL, ORD,    0,   1, 2002-01-01T00:00, MONTH",
        "???, ORD, 9999,   0, 2002-01-01T00:00, UNKNOWN_AIRPORT",
        "ATL, ORD, 9999,   0, 2002-01-01T00:00, DISTANCE",
        "ATL, ORD, 9999,   1, 2002-01-01T00:00, DELAY",
    })
    void namesTheFirstRuleThatARowBreaks(
            String origin, String destination, int delay, int distance, LocalDateTime departure, @Nullable Fault fault)
            throws IOException {
        FlightRow row = new FlightRow(2, 1, departure, delay, distance, origin, destination, "");

        assertThat(new FlightValidator(MONTH, TestFlights.AIRPORTS).processItem(row))
                .isEqualTo(new CheckedFlight(row, fault));
    }

    @ParameterizedTest
    @EnumSource
    void resumesAfterAnyChunkWithTheSameResult(TestDatabase database) throws Exception {
        Path file = TestFlights.gzip(folder.resolve("f.csv.gz"), TestFlights.random(350));
        FlightTables whole = database.withTables();
        List<Serializable> checkpoints = TestFlights.load(whole, file, MONTH, 50, null);
        List<String> flights = flights(whole);
        List<String> rejected = rejected(whole);
        assertThat(checkpoints).hasSize(7);
        assertThat(rejected).isNotEmpty();

        for (Serializable checkpoint : checkpoints) {
            // What is there when the node dies right after this chunk's commit.
            FlightTables tables = database.withTables();
            int done = 50 * (checkpoints.indexOf(checkpoint) + 1);
            TestFlights.load(
                    tables, TestFlights.gzip(folder.resolve("begun.csv.gz"), firstRows(done)), MONTH, 50, null);

            TestFlights.load(tables, file, MONTH, 50, copy(checkpoint));

            assertThat(flights(tables)).isEqualTo(flights);
            assertThat(rejected(tables)).isEqualTo(rejected);
        }
    }

    private static String firstRows(int rows) {
        return String.join(
                "\n", List.of(TestFlights.random(350).split("\n", -1)).subList(0, rows + 1));
    }

    @Test
    void theCheckpointSaysHowFarItIs() throws Exception {
        Path file = TestFlights.gzip(folder.resolve("f.csv.gz"), TestFlights.random(100));

        FlightReader reader = new FlightReader(file);
        reader.open(null);
        for (int i = 0; i < 30; i++) {
            reader.readItem();
        }

        assertThat(reader.checkpointInfo().line()).isEqualTo(32);
        assertThat(reader.checkpointInfo().unit()).isEqualTo("bytes of f.csv.gz");
        assertThat(reader.checkpointInfo().total()).isEqualTo(file.toFile().length());
        reader.close();
    }

    @ParameterizedTest
    @EnumSource
    void aRowThatIsBrokenFailsTheStepAndTheRepairedFileIsResumed(TestDatabase database) throws Exception {
        FlightTables tables = database.withTables();
        String good = TestFlights.HEADER + """
                1,2001-01-01T00:00,0,5,LAX,ORD
                2,2001-01-01T00:00,0,5,LAX,ORD
                3,2001-01-01T00:00,0,5,LAX,ORD
                4,2001-01-01T00:00,0,5,LAX,ORD
                """;
        Path file = TestFlights.gzip(
                folder.resolve("f.csv.gz"), good.replace("4,2001-01-01T00:00,0", "4,2001-01-01T00:00,poison"));

        assertThatThrownBy(() -> TestFlights.load(tables, file, MONTH, 2, null))
                .isInstanceOf(BrokenInputException.class)
                .hasMessage(file + ", line 5: expected a whole number as delay_minutes, found 'poison'");
        assertThat(TestDatabase.rows(tables, COUNTS)).containsExactly("2|0");

        FlightReader reader = new FlightReader(file);
        reader.open(null);
        reader.readItem();
        reader.readItem();
        Serializable checkpoint = copy(reader.checkpointInfo());
        reader.close();
        TestFlights.load(tables, TestFlights.gzip(file, good), MONTH, 2, checkpoint);
        assertThat(TestDatabase.rows(tables, COUNTS)).containsExactly("4|0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "1,2001-01-01T00:00,0,5,LAX; expected 6 fields",
                "1,2001-01-01T00:00,0,5,LAX,ORD,1; expected 6 fields",
                "x,2001-01-01T00:00,0,5,LAX,ORD; expected a whole number as flight_id, found 'x'",
                "0,2001-01-01T00:00,0,5,LAX,ORD; as flight_id, found '0'",
                "1,2001-01-32T00:00,0,5,LAX,ORD; expected a time like 2001-01-31T23:57 as departure",
                "1,2001-01-01T00:00,1.5,5,LAX,ORD; expected a whole number as delay_minutes, found '1.5'",
                "1,2001-01-01T00:00,0,,LAX,ORD; expected a whole number as distance_miles, found ''",
                "1,2001-01-01T00:00,0,3000000000,LAX,ORD; as distance_miles, found '3000000000'"
            })
    void saysWhatIsWrongWithABrokenRow(String row, String message) throws Exception {
        Path file = TestFlights.gzip(folder.resolve("f.csv.gz"), TestFlights.HEADER + row + "\n");
        FlightReader reader = new FlightReader(file);
        reader.open(null);

        assertThatThrownBy(reader::readItem)
                .isInstanceOf(BrokenInputException.class)
                .hasMessageStartingWith(file + ", line 2: ")
                .hasMessageContaining(message);
        reader.close();
    }

    @Test
    void aFileWithoutAFlightIsBroken() throws Exception {
        Path file = TestFlights.gzip(folder.resolve("f.csv.gz"), TestFlights.HEADER);
        FlightReader reader = new FlightReader(file);
        reader.open(null);

        assertThatThrownBy(reader::readItem)
                .isInstanceOf(BrokenInputException.class)
                .hasMessage(file + ", line 2: expected at least one row, found the end of the file");
        reader.close();
    }

    @ParameterizedTest
    @EnumSource
    void aMonthLoadedAnewStartsFromNothingAndLeavesOtherMonthsAlone(TestDatabase database) throws Exception {
        FlightTables tables = database.withTables();
        Path whole = TestFlights.gzip(folder.resolve("long.csv.gz"), TestFlights.random(300));
        TestFlights.load(tables, whole, MONTH, 100, null);
        TestFlights.load(tables, whole, "2001-02", 100, null);
        TestFlights.summarise(tables, MONTH, 2);
        List<String> february =
                TestDatabase.rows(tables, "select FLIGHT_ID from FLIGHT where FLIGHT_MONTH = '2001-02'");

        TestFlights.load(
                tables,
                TestFlights.gzip(
                        folder.resolve("short.csv.gz"), TestFlights.HEADER + "7,2001-01-01T00:00,0,5,LAX,ORD\n"),
                MONTH,
                100,
                null);

        assertThat(TestDatabase.rows(tables, "select FLIGHT_ID from FLIGHT where FLIGHT_MONTH = '2001-01'"))
                .containsExactly("7");
        for (String table : List.of("REJECTED_FLIGHT", "AIRPORT_SUMMARY", "ROUTE_SUMMARY", "SUMMARY_RANGE")) {
            assertThat(TestDatabase.rows(tables, "select * from " + table + " where FLIGHT_MONTH = '2001-01'"))
                    .as(table)
                    .isEmpty();
        }
        assertThat(february).isNotEmpty();
        assertThat(TestDatabase.rows(tables, "select FLIGHT_ID from FLIGHT where FLIGHT_MONTH = '2001-02'"))
                .isEqualTo(february);
    }

    @ParameterizedTest
    @EnumSource
    void goodAndRejectedRowsAreWrittenInOneTransactionWithTheChunk(TestDatabase database) throws Exception {
        FlightTables tables = database.withTables();
        Path file = TestFlights.gzip(folder.resolve("f.csv.gz"), TestFlights.random(200));

        try (Connection connection = tables.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            TestFlights.load(TestDatabase.inTransaction(connection), file, MONTH, 1000, null);
            connection.rollback();
        }

        assertThat(TestDatabase.rows(tables, COUNTS)).containsExactly("0|0");
    }

    @ParameterizedTest
    @EnumSource
    void saysWhichLinesHaveAFlightForTheSecondTime(TestDatabase database) throws Exception {
        FlightTables tables = database.withTables();
        Path file = TestFlights.gzip(folder.resolve("f.csv.gz"), TestFlights.HEADER + """
                1,2001-01-01T00:00,0,5,LAX,ORD
                2,2001-01-01T00:00,0,5,LAX,ORD
                3,2001-01-01T00:00,0,5,LAX,ORD
                2,2001-01-01T00:00,0,5,LAX,ORD
                """);

        assertThatThrownBy(() -> TestFlights.load(tables, file, MONTH, 2, null))
                .isInstanceOf(SQLException.class)
                .hasMessageStartingWith("lines 4 to 5 of the flights of 2001-01: expected each flight_id once");
    }

    @Test
    void theFileIsTheMonthsWhereTheSamplesAre() {
        Map<String, String> before = new TreeMap<>();
        for (String name : List.of(SampleFiles.SAMPLES, SampleFiles.DATA, SampleFiles.INPUT, SampleFiles.REPORTS)) {
            before.put(name, System.getProperty(name, ""));
        }
        try {
            System.setProperty(SampleFiles.SAMPLES, "/samples");
            System.setProperty(SampleFiles.DATA, "/var/reprise");
            FlightReader reader = new FlightReader("2001-03", null);
            assertThatThrownBy(() -> reader.open(null))
                    .hasMessageStartingWith(
                            "/samples/data/flights-2001-03.csv.gz, line 1: expected a gzipped CSV file");
            assertThat(SampleFiles.airports()).hasToString("/samples/data/airports.csv");
            assertThat(SampleFiles.reports("")).hasToString("/var/reprise/reports");
            assertThat(SampleFiles.reports("2001")).hasToString("/var/reprise/reports/2001");
            assertThat(new FlightReader("2001-03", "feb.csv.gz")).satisfies(reads("/samples/data/feb.csv.gz"));

            System.setProperty(SampleFiles.INPUT, "/in");
            System.setProperty(SampleFiles.REPORTS, "/out");
            assertThat(new FlightReader("2001-03", "/in/feb.csv.gz")).satisfies(reads("/in/feb.csv.gz"));
            assertThat(SampleFiles.reports("/out/x")).hasToString("/out/x");

            System.clearProperty(SampleFiles.INPUT);
            System.clearProperty(SampleFiles.REPORTS);
            System.clearProperty(SampleFiles.SAMPLES);
            System.clearProperty(SampleFiles.DATA);
            assertThat(SampleFiles.airports())
                    .isEqualTo(Path.of("").toAbsolutePath().resolve("data/airports.csv"));
            assertThat(SampleFiles.reports(null))
                    .isEqualTo(Path.of(System.getProperty("user.home", "")).resolve(".reprise/reports"));
        } finally {
            before.forEach((name, value) -> {
                if (value.isEmpty()) {
                    System.clearProperty(name);
                } else {
                    System.setProperty(name, value);
                }
            });
        }
    }

    private static ThrowingConsumer<FlightReader> reads(String file) {
        return reader -> assertThatThrownBy(() -> reader.open(null)).hasMessageStartingWith(file + ", line 1: ");
    }

    @Test
    void noParameterLeadsOutOfItsFolder() {
        for (String path : List.of("/etc/shadow", "/proc/self/environ", "../pom.xml")) {
            assertThatThrownBy(() -> new FlightReader(MONTH, path))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("it lies outside of the folder " + SampleFiles.INPUT_FOLDER);
            assertThatThrownBy(() -> SampleFiles.reports(path))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("it lies outside of the folder " + SampleFiles.REPORT_FOLDER);
        }
    }

    private static List<String> flights(FlightTables tables) throws SQLException {
        return TestDatabase.rows(tables, "select * from FLIGHT order by FLIGHT_ID");
    }

    private static List<String> rejected(FlightTables tables) throws SQLException {
        return TestDatabase.rows(tables, "select * from REJECTED_FLIGHT order by LINE_NUMBER");
    }

    /** Through the form in which the repository keeps it. */
    private static Serializable copy(Serializable checkpoint) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(checkpoint);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (Serializable) in.readObject();
        }
    }
}
