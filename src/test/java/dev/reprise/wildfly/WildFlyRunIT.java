package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.server.FreePorts;
import dev.reprise.server.ServerProcess;
import dev.reprise.server.TestUser;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The README's first command, twice: Maven itself in a process of its own, on a small month of flights. */
@EnabledIfSystemProperty(
        named = "reprise.it.database",
        matches = "h2",
        disabledReason = "wildfly:run always runs on H2, and the H2 run of this test shows it")
class WildFlyRunIT {

    private static final Path SERVER = Path.of(System.getProperty("reprise.it.home", "target/wildfly-39.0.1.Final"));

    @Test
    void theFirstRunWritesTheReportAndTheSecondIsRefused() throws IOException, InterruptedException, SQLException {
        Path folder = Files.createTempDirectory("wildfly-run");
        Path input = folder.resolve("may.csv.gz");
        try (BufferedWriter out = new BufferedWriter(
                new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(input)), StandardCharsets.UTF_8))) {
            out.write("flight_id,departure,delay_minutes,distance_miles,origin,destination\n");
            for (int i = 1; i <= 5000; i++) {
                out.write(i + ",2001-05-01T10:00," + i % 60 + ",500,ATL,ORD\n");
            }
        }

        // What a server of before left, whose database had no password, opens too.
        String database = "jdbc:h2:file:" + folder.resolve("data/reprise");
        DriverManager.getConnection(database, "sa", "").close();

        String first = run(folder, input, "execution 1 COMPLETED", port -> {});
        // Maven's own words: what was compiled before this is not compiled again, and tests are left alone.
        assertThat(first)
                .contains("Nothing to compile")
                .contains("Not compiling test sources")
                .contains("Tests are skipped")
                .doesNotContain("Running dev.reprise.");
        assertThat(first)
                .contains("data source reprise (jdbc:h2:file:" + folder.resolve("data"))
                .contains("flight-performance[month=2001-05]: step load started")
                .contains("flight-performance[month=2001-05]: step load COMPLETED")
                .contains("read 5,000, written 5,000")
                .contains("report: " + folder.resolve("data/reports/flight-performance-2001-05.html"));

        Matcher password = Pattern.compile("(?m)^ +operator +(\\S{16,})$").matcher(first);
        assertThat(password.find()).as(first).isTrue();
        String operators = password.group(1);
        assertThat(first).containsPattern("(?m)^ +viewer +\\S{16,}$").containsPattern("(?m)^ +admin +\\S{16,}$");
        assertThat(filesWith(operators, folder.resolve("data"))).isEmpty();
        assertThat(filesWith(operators, SERVER.resolve("standalone"))).isEmpty();

        String second = run(folder, input, "Not launched: ", port -> {
            Map<String, String> fields = Map.of("job", "flight-performance", "month", "2001-05");
            URI servlet = URI.create("http://127.0.0.1:" + port + "/launch");
            assertThat(ServerProcess.launch(servlet, TestUser.basic("operator", operators), fields)
                            .status())
                    .isEqualTo(409);
            assertThat(ServerProcess.launch(servlet, TestUser.basic("operator", "x" + operators), fields)
                            .status())
                    .isEqualTo(401);
        });
        assertThat(second).doesNotContain("first users").doesNotContain(operators);
        assertThat(filesWith(operators, folder.resolve("data"))).isEmpty();
        assertThatThrownBy(() -> DriverManager.getConnection(database, "sa", "").close())
                .hasMessageContaining("Wrong user name or password");
        for (String mine : List.of(
                "reprise-key.cs", "reprise.mv.db", "h2.properties", "reports/flight-performance-2001-05.html")) {
            assertThat(mode(folder.resolve("data").resolve(mine))).as(mine).isEqualTo("rw-------");
        }
        for (String mine : List.of("", "users", "reports")) {
            assertThat(mode(folder.resolve("data").resolve(mine))).as(mine).isEqualTo("rwx------");
        }
        assertThat(mode(SERVER.resolve("standalone/log/server.log"))).endsWith("---");
        assertThat(mode(SERVER.resolve("standalone/log"))).endsWith("---");
        assertThat(second)
                .containsPattern("Not launched: flight-performance\\[month=2001-05] is already complete"
                        + " \\(execution 1, \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d\\)\\."
                        + " Change an identifying parameter to run it again\\. Another month: \\./mvnw");
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static List<Path> filesWith(String secret, Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(secret)) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    /** What the README says to type first. */
    private static List<String> goals() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("README.md"))) {
            String command = lines.filter(line -> line.startsWith("    ./mvnw "))
                    .findFirst()
                    .orElseThrow();
            return List.of(command.replaceAll("\\./mvnw|#.*", "").strip().split(" +"));
        }
    }

    private static String run(Path folder, Path input, String untilLogged, IntConsumer then)
            throws IOException, InterruptedException {
        int offset = FreePorts.offset();
        Path log = Files.createTempFile(folder, "run", ".log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("reprise.it.maven"), "bin", "mvn").toString(),
                "--batch-mode",
                "--offline",
                "-Dreprise.data=" + folder.resolve("data"),
                "-Dreprise.port-offset=" + offset,
                "-Dmonth=2001-05",
                "-Dreprise.input=" + folder,
                "-Dinput=" + input.getFileName()));
        command.addAll(goals());
        Process maven = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            await().pollInterval(Duration.ofMillis(250)).until(() -> {
                String text = Files.readString(log);
                assertThat(maven.isAlive()).as(() -> "Maven runs\n" + text).isTrue();
                // A job is launched before the application answers.
                return text.contains(untilLogged) && text.contains("WFLYSRV0010: Deployed");
            });
            then.accept(8080 + offset);
            return Files.readString(log);
        } finally {
            List<ProcessHandle> servers = maven.descendants().toList();
            servers.forEach(ProcessHandle::destroy);
            for (ProcessHandle server : servers) {
                server.onExit()
                        .completeOnTimeout(server, Patience.MINUTES, TimeUnit.MINUTES)
                        .join();
            }
            maven.destroyForcibly();
            assertThat(maven.waitFor(Patience.MINUTES, TimeUnit.MINUTES)).isTrue();
        }
    }
}
