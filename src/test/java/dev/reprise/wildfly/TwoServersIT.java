package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.PostgresServer;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The README's section on two servers, as somebody types it: only ports, folders and the lease are the test's own. */
@EnabledIfSystemProperty(
        named = "reprise.it.database",
        matches = "postgresql",
        disabledReason = "two servers need a database server")
class TwoServersIT {

    private static final String START = "wildfly-config/start-node.sh ";

    private static final List<String> ORIGINS = List.of("ATL", "BOS", "DEN", "JFK", "LAX", "ORD", "SEA", "SFO");

    @TempDir
    private Path folder;

    private final String url = PostgresServer.emptySchemaUrl();
    private final Map<String, Integer> offsets = Map.of("a", FreePorts.offset(), "b", FreePorts.offset());
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void end() throws InterruptedException {
        for (Process server : started) {
            List<ProcessHandle> all = Stream.concat(server.descendants(), Stream.of(server.toHandle()))
                    .toList();
            all.forEach(ProcessHandle::destroyForcibly);
            assertThat(server.waitFor(Patience.MINUTES, TimeUnit.MINUTES)).isTrue();
        }
    }

    /** The lines of the section that are commands, as they are typed and without what is said of them. */
    private static List<String> commands() throws IOException {
        String section = Files.readString(Path.of("README.md"))
                .split("(?m)^## Two servers$", 2)[1]
                .split("(?m)^## ", 2)[0];
        return section.lines()
                .filter(line -> line.startsWith("    "))
                .map(line -> line.replaceFirst(" +# .*", "").strip())
                .toList();
    }

    private static String command(String begins, int which) throws IOException {
        return commands().stream()
                .filter(command -> command.startsWith(begins))
                .toList()
                .get(which);
    }

    /** What a node says in its terminal. */
    private Path start(String command, String terminal) throws IOException {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        String name = words.get(1);
        if (words.size() > 2) {
            words.remove(2);
        }
        words.add(2, String.valueOf(offsets.get(name)));
        words.add("-Dreprise.data=" + folder.resolve("data"));
        words.add("-Dreprise.input=" + folder);
        words.add("-Dreprise.lease=15s");
        Path said = folder.resolve(terminal);
        ProcessBuilder server =
                new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(said.toFile());
        server.environment()
                .putAll(Map.of(
                        "REPRISE_DB_URL",
                        url,
                        "REPRISE_DB_USER",
                        "postgres",
                        "REPRISE_DB_PASSWORD",
                        "any will do",
                        "JBOSS_HOME",
                        System.getProperty("reprise.it.home")));
        Process process = server.start();
        started.add(process);
        await().timeout(Patience.GUARD).pollInterval(Duration.ofMillis(250)).until(() -> {
            String log = Files.readString(said);
            assertThat(log).doesNotContain("WFLYSRV0026"); // with errors
            return log.contains("WFLYSRV0025");
        });
        return said;
    }

    private void awaitLine(Path log, String line) {
        await().timeout(Patience.GUARD).pollInterval(Duration.ofMillis(250)).untilAsserted(() -> {
            String said = Files.readString(log);
            assertThat(said).contains(line);
        });
    }

    /** Sends what the command sends. */
    private int launch(String curl, String password, String input) throws IOException {
        Matcher field = Pattern.compile("-d (\\S+?)=(\\S+)").matcher(curl);
        Map<String, String> fields = new HashMap<>();
        while (field.find()) {
            fields.put(field.group(1), field.group(2).equals("FILE") ? input : field.group(2));
        }
        assertThat(curl).endsWith(" http://localhost:8080/launch").contains("-u operator ");
        URI servlet = URI.create("http://127.0.0.1:" + (8080 + offsets.getOrDefault("a", 0)) + "/launch");
        return ServerProcess.launch(servlet, TestUser.basic("operator", password), fields)
                .status();
    }

    /** Whom the README's command kills. */
    private static List<ProcessHandle> found(String kill) throws IOException {
        Matcher pattern = Pattern.compile("kill -9 \\$\\(pgrep -u \"\\$USER\" -f -- \"(.*)\"\\)")
                .matcher(kill);
        assertThat(pattern.matches()).as(kill).isTrue();
        String words =
                pattern.group(1).replace("$PWD", Path.of("").toAbsolutePath().toString());
        List<ProcessHandle> found = new ArrayList<>();
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            Path line = Path.of("/proc", String.valueOf(process.pid()), "cmdline");
            try {
                if (Files.readString(line, StandardCharsets.ISO_8859_1)
                        .replace('\0', ' ')
                        .contains(words)) {
                    found.add(process);
                }
            } catch (IOException ended) {
                // It is not there any more.
            }
        }
        return found;
    }

    private void february() throws IOException {
        try (BufferedWriter out = new BufferedWriter(new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(folder.resolve("february.csv.gz"))),
                StandardCharsets.UTF_8))) {
            out.write("flight_id,departure,delay_minutes,distance_miles,origin,destination\n");
            for (int i = 1; i <= 5000; i++) {
                out.write(i + ",2001-02-01T10:00," + i % 60 + ",500," + ORIGINS.get(i % ORIGINS.size()) + ",MIA\n");
            }
        }
    }

    @Test
    void oneGoesOnForTheOtherAndRunsItsPartitions() throws IOException, InterruptedException {
        february();
        Path a = start(command(START, 0), "a.log");
        Matcher password = Pattern.compile("(?m)^ +operator +(\\S{16,})$").matcher(Files.readString(a));
        assertThat(password.find()).as(Files.readString(a)).isTrue();
        Path b = start(command(START, 1), "b.log");
        assertThat(Files.readString(b)).doesNotContain(password.group(1));

        assertThat(launch(command("curl", 0), password.group(1), "")).isEqualTo(201);
        awaitLine(a, "flight-performance[month=2001-01]: step load started");
        List<ProcessHandle> killed = found(command("kill", 0));
        assertThat(killed).isNotEmpty();
        killed.forEach(ProcessHandle::destroyForcibly);
        awaitLine(b, "Node a (incarnation 1) died while it ran execution 1. It is FAILED. It is restarted.");
        awaitLine(b, "Execution 1 of flight-performance is restarted as execution 2");
        awaitLine(b, "flight-performance[month=2001-01]: execution 2 COMPLETED (ALERT)");

        Path again = start(command(START, 2), "a-again.log");
        assertThat(launch(command("curl", 1), password.group(1), "february.csv.gz"))
                .isEqualTo(201);
        awaitLine(again, "flight-performance[month=2001-02]: execution 3 COMPLETED");
        assertThat(Files.readString(again))
                .contains("flight-performance[month=2001-02]: step summarise COMPLETED")
                .doesNotContain("started on this node");
        for (int partition = 0; partition < 4; partition++) {
            assertThat(Files.readString(b))
                    .contains("flight-performance[month=2001-02]: summarise:partition" + partition
                            + " started on this node");
        }
    }
}
