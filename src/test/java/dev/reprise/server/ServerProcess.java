package dev.reprise.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jspecify.annotations.Nullable;

/** A real WildFly in a process of its own, with the built WAR and the tests' jobs, which a test may kill. */
public final class ServerProcess implements AutoCloseable {

    private static final Duration BOOT = Duration.ofMinutes(3);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path folder;
    private final Path base;
    private final int offset;
    private final List<String> options;
    private @Nullable Process process;
    private int starts;

    /** What the launch servlet answered. */
    public record Answer(int status, String text) {

        /** The id in {@code execution 7 COMPLETED}. */
        public long executionId() {
            return Long.parseLong(text.replaceFirst("(?s)execution (\\d+) .*", "$1"));
        }
    }

    /**
     * @param name of the server's folder, below {@code target/it/<database>}
     * @param options further system properties: {@code -Dname=value}
     */
    public ServerProcess(String name, String... options) {
        this.folder = ServerFolder.root().resolve(name);
        this.base = ServerFolder.create(folder);
        this.offset = FreePorts.offset();
        this.options = List.of(options);
        TestWar.withTestJobs()
                .as(ZipExporter.class)
                .exportTo(base.resolve("deployments/ROOT.war").toFile(), true);
    }

    /** Starts the server and waits until the deployment answers. */
    public ServerProcess start() {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx768m",
                "--add-modules=java.se",
                "--add-exports=java.naming/com.sun.jndi.url.ldap=ALL-UNNAMED",
                "--add-exports=java.naming/com.sun.jndi.url.ldaps=ALL-UNNAMED",
                "--add-exports=jdk.naming.dns/com.sun.jndi.dns=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.lang.invoke=ALL-UNNAMED",
                "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                "--add-opens=java.base/java.io=ALL-UNNAMED",
                "--add-opens=java.base/java.net=ALL-UNNAMED",
                "--add-opens=java.base/java.security=ALL-UNNAMED",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
                "--add-opens=java.management/javax.management=ALL-UNNAMED",
                "--add-opens=java.naming/javax.naming=ALL-UNNAMED",
                "-Dorg.jboss.boot.log.file=" + base.resolve("log/server.log"),
                "-Dlogging.configuration=file:" + base.resolve("configuration/logging.properties"),
                "-Djboss.home.dir=" + ServerFolder.home(),
                "-Djboss.server.base.dir=" + base,
                "-Djboss.socket.binding.port-offset=" + offset,
                "-Dreprise.data=" + folder.resolve("database"),
                "-Dreprise.samples=" + Path.of("").toAbsolutePath(),
                "-Dreprise.progress=500ms"));
        command.addAll(options);
        command.addAll(List.of(
                "-jar",
                ServerFolder.home().resolve("jboss-modules.jar").toString(),
                "-mp",
                ServerFolder.home().resolve("modules").toString(),
                "org.jboss.as.standalone",
                "--server-config=" + ServerFolder.configuration()));
        starts++;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(console(starts).toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await("the deployment answers")
                .atMost(BOOT)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    assertThat(running().isAlive())
                            .as(() -> "the server runs\n" + log())
                            .isTrue();
                    return get() == 405;
                });
        return this;
    }

    /** {@code kill -9}. */
    public void kill() {
        ended(running().destroyForcibly());
    }

    /** An orderly stop, as a service manager asks for it (SIGTERM). */
    public void stop() {
        running().destroy();
        ended(running());
    }

    private static void ended(Process ending) {
        try {
            assertThat(ending.waitFor(1, TimeUnit.MINUTES))
                    .as("the server ended")
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Process running() {
        Process current = process;
        if (current == null) {
            throw new IllegalStateException("the server was not started");
        }
        return current;
    }

    /** What the server printed since its last start. */
    public String log() {
        try {
            return Files.readString(console(starts));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path console(int start) {
        return folder.resolve("console-" + start + ".log");
    }

    /** The server's management address, for the admin CLI. */
    public String controller() {
        return "127.0.0.1:" + (9990 + offset);
    }

    /** Sends a form to the launch servlet. */
    public Answer launch(Map<String, String> fields) {
        return launch(URI.create("http://127.0.0.1:" + (8080 + offset) + "/launch"), fields);
    }

    /** Sends a form to a launch servlet anywhere. */
    public static Answer launch(URI servlet, Map<String, String> fields) {
        String form = fields.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
        HttpRequest request = HttpRequest.newBuilder(servlet)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .timeout(Duration.ofMinutes(15))
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
        try {
            HttpResponse<String> response =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private int get() {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + (8080 + offset) + "/launch"))
                .timeout(Duration.ofSeconds(10))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException notYet) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Runs commands in the real admin CLI against a server, and returns what it prints. */
    public static String cli(String controller, String... commands) {
        File out =
                ServerFolder.root().resolve("cli-" + System.nanoTime() + ".log").toFile();
        try {
            List<String> command = new ArrayList<>(List.of(
                    ServerFolder.home().resolve("bin/jboss-cli.sh").toString(),
                    "--connect",
                    "--controller=" + controller,
                    "--no-color-output"));
            if (commands.length == 1 && commands[0].endsWith(".cli")) {
                command.add("--file=" + commands[0]);
            } else {
                command.add("--commands=" + String.join(",", commands));
            }
            Process cli = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(out)
                    .start();
            cli.getOutputStream().close();
            assertThat(cli.waitFor(2, TimeUnit.MINUTES)).as("the CLI ended").isTrue();
            return Files.readString(out.toPath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The rows of a query, as text; on H2 the server must be stopped, because it has the file to itself. */
    public List<List<String>> rows(String sql) {
        String url = ServerFolder.database().equals("postgresql")
                ? "jdbc:postgresql://127.0.0.1:" + System.getProperty("reprise.it.postgresql.port") + "/postgres"
                : "jdbc:h2:file:" + folder.resolve("database/reprise") + ";IFEXISTS=TRUE";
        String user = ServerFolder.database().equals("postgresql") ? "postgres" : "sa";
        try (Connection connection = DriverManager.getConnection(url, user, "");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<List<String>> rows = new ArrayList<>();
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(String.valueOf(result.getString(i)));
                }
                rows.add(row);
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Ends the server, however the test went. */
    @Override
    public void close() {
        Process current = process;
        if (current != null && current.isAlive()) {
            kill();
        }
    }
}
