package dev.reprise.sample.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.internal.engine.Recorded;
import dev.reprise.jobs.Tables;
import dev.reprise.launch.JobLauncher;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.sample.flights.ReferenceTotals.Group;
import dev.reprise.server.TestWar;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.StepFailure;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The flight job end to end: January as it is, and small months with real-life faults. */
@ExtendWith(ArquillianExtension.class)
class FlightPerformanceIT {

    private static final String HEADER = "flight_id,departure,delay_minutes,distance_miles,origin,destination";

    /** Its line in the file, the header being line 1. */
    private static final int POISONED_LINE = 250_500;

    @Inject
    private JobLauncher launcher;

    @Inject
    private Supplier<Recorded> recorded;

    @Inject
    private Tables tables;

    @Deployment
    static WebArchive war() {
        return TestWar.withTestJobs().addClasses(ReferenceTotals.class, Group.class);
    }

    @Test
    void januaryKilledByAPoisonedRowRepairedAndRestartedHasTheTotalsOfTheFile() throws IOException {
        Path folder = folder("january");
        Path good = Path.of(System.getProperty("reprise.samples"), "data", "flights-2001-01.csv.gz");
        Path input = folder.resolve("flights.csv.gz");
        poison(good, input);
        LaunchRequest january = LaunchRequest.of("flight-performance")
                .with("month", "2001-01")
                .with("input", input.toString())
                .with("reportDirectory", folder.resolve("reports").toString());

        JobExecution failed = launcher.run(january);

        assertThat(failed.getBatchStatus()).isEqualTo(BatchStatus.FAILED);
        assertThat(recorded.get().failures(failed.getExecutionId()))
                .singleElement()
                .extracting(StepFailure::message)
                .asString()
                .contains(input.toString())
                .contains(String.valueOf(POISONED_LINE));
        assertThat(tables.column("select count(*) from FLIGHT where FLIGHT_MONTH = '2001-01'"))
                .containsExactly("250000");
        assertThat(folder.resolve("reports")).doesNotExist();

        Files.copy(good, input, StandardCopyOption.REPLACE_EXISTING);
        JobExecution completed = launcher.run(january);

        assertThat(completed.getBatchStatus()).isEqualTo(BatchStatus.COMPLETED);
        ReferenceTotals totals = ReferenceTotals.january();
        assertThat(tables.rows(
                        "select READ_COUNT, WRITE_COUNT from BATCH_STEP_EXECUTION"
                                + " where JOB_EXECUTION_ID = ? and STEP_NAME = 'load'",
                        completed.getExecutionId()))
                .containsExactly(List.of("258239", "258239"));
        assertThat(tables.rows("select count(*), count(distinct FLIGHT_ID) from FLIGHT where FLIGHT_MONTH = '2001-01'"))
                .containsExactly(List.of("" + totals.loaded(), "" + totals.loaded()));
        assertThat(tables.column("select count(*) from REJECTED_FLIGHT where FLIGHT_MONTH = '2001-01'"))
                .containsExactly(""
                        + totals.rejected().values().stream()
                                .mapToLong(Long::longValue)
                                .sum());
        assertThat(summary("ORIGIN", "AIRPORT_SUMMARY")).isEqualTo(asText(totals.airports()));
        assertThat(summary("ORIGIN || '-' || DESTINATION", "ROUTE_SUMMARY")).isEqualTo(asText(totals.routes()));
        assertThat(Files.readString(folder.resolve("reports/flight-performance-2001-01.html")))
                .contains("<svg")
                .contains("January 2001");
        try (Stream<Path> files = Files.list(folder.resolve("reports"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .as("no temporary name is left")
                    .containsExactlyInAnyOrder("flight-performance-2001-01.html", "flight-performance-2001-01.csv");
        }
        assertThatThrownBy(() -> launcher.run(january))
                .isInstanceOf(LaunchRefusedException.class)
                .hasMessageContaining("flight-performance[month=2001-01] is already complete (execution "
                        + completed.getExecutionId());
    }

    @Test
    void tooManyRejectsStopTheJobAndARestartWithAHigherLimitGoesOn() throws IOException {
        Path folder = folder("rejects");
        Path input = folder.resolve("flights.csv.gz");
        try (BufferedWriter out = gzip(input)) {
            out.write(HEADER + "\n");
            for (int i = 1; i <= 100; i++) {
                int distance = i % 10 == 0 ? 0 : 500;
                out.write(i + ",2001-02-01T10:00," + i + "," + distance + ",ATL,ORD\n");
            }
        }
        LaunchRequest february = LaunchRequest.of("flight-performance")
                .with("month", "2001-02")
                .with("input", input.toString())
                .with("reportDirectory", folder.toString());

        JobExecution stopped = launcher.run(february.with("maxRejectPercent", "5"));

        assertThat(stopped.getBatchStatus()).isEqualTo(BatchStatus.STOPPED);
        assertThat(stopped.getExitStatus()).isEqualTo("TOO_MANY_REJECTS");
        assertThat(tables.column("select count(*) from REJECTED_FLIGHT where FLIGHT_MONTH = '2001-02'"))
                .containsExactly("10");

        JobExecution completed = launcher.run(february.with("maxRejectPercent", "10"));

        assertThat(completed.getBatchStatus()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(tables.column(
                        "select STEP_NAME from BATCH_STEP_EXECUTION where JOB_EXECUTION_ID = ?"
                                + " and REPRISE_PARTITION is null order by STEP_EXECUTION_ID",
                        completed.getExecutionId()))
                .as("the restart begins at checkRejects")
                .first()
                .isEqualTo("checkRejects");
        assertThat(tables.column("select FLIGHTS from AIRPORT_SUMMARY where FLIGHT_MONTH = '2001-02'"))
                .containsExactly("90");
        assertThat(folder.resolve("flight-performance-2001-02.html")).exists();
    }

    @Test
    void aFileThatIsMissingOrNotGzipOrHasAnotherHeaderFailsWithItsName() throws IOException {
        Path folder = folder("faults");
        Path input = folder.resolve("flights.csv.gz");
        LaunchRequest march = LaunchRequest.of("flight-performance")
                .with("month", "2001-03")
                .with("input", input.toString())
                .with("reportDirectory", folder.toString());

        assertThat(messageOf(launcher.run(march))).contains(input.toString());
        Files.writeString(input, "plain text");
        assertThat(messageOf(launcher.run(march))).contains(input.toString()).containsIgnoringCase("gzip");
        try (BufferedWriter out = gzip(input)) {
            out.write("id,when\n");
        }
        assertThat(messageOf(launcher.run(march)))
                .contains(input.toString())
                .contains("line 1")
                .contains(HEADER);
        assertThat(tables.column("select count(*) from FLIGHT where FLIGHT_MONTH = '2001-03'"))
                .containsExactly("0");
    }

    /** In which the job may read and write, for once. */
    private static Path folder(String name) throws IOException {
        Path folder = Files.createTempDirectory(name).toRealPath();
        System.setProperty(SampleFiles.INPUT, folder.toString());
        System.setProperty(SampleFiles.REPORTS, folder.toString());
        return folder;
    }

    @AfterEach
    void asEver() {
        System.clearProperty(SampleFiles.INPUT);
        System.clearProperty(SampleFiles.REPORTS);
    }

    private String messageOf(JobExecution execution) {
        assertThat(execution.getBatchStatus()).isEqualTo(BatchStatus.FAILED);
        List<StepFailure> failures = recorded.get().failures(execution.getExecutionId());
        assertThat(failures).hasSize(1);
        return failures.get(0).message();
    }

    private Map<String, String> summary(String key, String table) {
        Map<String, String> summary = new TreeMap<>();
        for (List<String> row : tables.rows("select " + key + ", FLIGHTS, ON_TIME_FLIGHTS, TOTAL_DELAY, P90_DELAY from "
                + table + " where FLIGHT_MONTH = '2001-01'")) {
            summary.put(row.get(0), String.join(" ", row.subList(1, row.size())));
        }
        return summary;
    }

    private static Map<String, String> asText(Map<String, Group> groups) {
        Map<String, String> text = new TreeMap<>();
        groups.forEach((key, group) -> text.put(
                key, group.flights() + " " + group.onTime() + " " + group.totalDelay() + " " + group.p90Delay()));
        return text;
    }

    private static void poison(Path good, Path bad) throws IOException {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                        new GZIPInputStream(Files.newInputStream(good), 1 << 16), StandardCharsets.UTF_8));
                BufferedWriter out = gzip(bad)) {
            int number = 0;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                number++;
                out.write(number == POISONED_LINE ? "poison\n" : line + "\n");
            }
        }
    }

    private static BufferedWriter gzip(Path file) throws IOException {
        return new BufferedWriter(
                new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8));
    }
}
