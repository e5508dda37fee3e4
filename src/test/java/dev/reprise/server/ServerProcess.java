package dev.reprise.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
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
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.jspecify.annotations.Nullable;

/** A real WildFly in a process of its own, with the built WAR and the tests' jobs, which a test may kill. */
public final class ServerProcess implements AutoCloseable {

    static final String DEPLOYMENT = "ROOT.war";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path folder;
    private final Path base;
    private final int offset;
    private final List<String> options;
    private final Map<String, String> environment;
    private final Map<String, String> properties = new ConcurrentHashMap<>();
    private @Nullable Process process;
    private @Nullable Management management;
    private int starts;
    private String configuration = ServerFolder.configuration();

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
        this(name, TestWar.withTestJobs(), Map.of(), List.of(options));
    }

    /**
     * @param name of the server's folder, below {@code target/it/<database>}
     * @param war what it deploys, as the root of the server
     * @param environment variables that differ from this process's
     * @param options further options of the virtual machine, after the usual ones
     */
    public ServerProcess(String name, WebArchive war, Map<String, String> environment, List<String> options) {
        this.folder = ServerFolder.root().resolve(name);
        this.base = ServerFolder.create(folder);
        TestUser.create(ServerFolder.data(folder));
        this.offset = FreePorts.offset();
        this.options = List.copyOf(options);
        this.environment = new ConcurrentHashMap<>(environment);
        war.as(ZipExporter.class)
                .exportTo(base.resolve("deployments").resolve(DEPLOYMENT).toFile(), true);
    }

    /** Leaves out what no batch job needs, so that a start takes about half as long. Before the first start. */
    public ServerProcess slim() {
        SlimConfiguration.shorten(base.resolve("configuration").resolve(ServerFolder.configuration()));
        return this;
    }

    /** Has its connections from a pool of another kind, from its next start on. */
    public void agroal(boolean agroal) {
        Path usual = base.resolve("configuration").resolve(ServerFolder.configuration());
        configuration = ServerFolder.configuration();
        if (agroal) {
            configuration = "standalone-agroal.xml";
            AgroalConfiguration.write(usual, usual.resolveSibling(configuration));
        }
    }

    /** Starts the server and waits until the deployment answers. */
    public ServerProcess start() {
        begin();
        return awaitStarted();
    }

    /** Starts the process and does not wait: two servers start at the same time. */
    public void begin() {
        forgetUndeployment();
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx768m",
                // It lives for seconds.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
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
                "-Dreprise.data=" + ServerFolder.data(folder),
                "-Dreprise.samples=" + Path.of("").toAbsolutePath(),
                "-Dreprise.progress=500ms"));
        command.addAll(options);
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of(
                "-jar",
                ServerFolder.home().resolve("jboss-modules.jar").toString(),
                "-mp",
                ServerFolder.home().resolve("modules").toString(),
                "org.jboss.as.standalone",
                "--server-config=" + configuration));
        starts++;
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(console(starts).toFile());
            builder.environment().putAll(environment);
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was taken out of service before the last end comes back. */
    private void forgetUndeployment() {
        try {
            Files.deleteIfExists(base.resolve("deployments").resolve(DEPLOYMENT + ".undeployed"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A variable of its environment from its next start on; null takes it away. */
    public void environment(String variable, @Nullable String value) {
        if (value == null) {
            environment.remove(variable);
        } else {
            environment.put(variable, value);
        }
    }

    /** A system property from its next start on. */
    public void property(String name, String value) {
        properties.put(name, value);
    }

    /** The time of day that the server has, to the second. */
    public Instant clock() {
        HttpRequest request =
                HttpRequest.newBuilder(uri("/launch")).timeout(Patience.GUARD).build();
        try {
            String date = http.send(request, HttpResponse.BodyHandlers.discarding())
                    .headers()
                    .firstValue("Date")
                    .orElseThrow();
            return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits until the deployment answers. */
    public ServerProcess awaitStarted() {
        await("the deployment answers").pollInterval(Duration.ofMillis(200)).until(() -> {
            assertThat(isAlive()).as(() -> "the server runs\n" + log()).isTrue();
            return get() == 405;
        });
        return this;
    }

    /** Whether the process is there, paused or not. */
    public boolean isAlive() {
        Process current = process;
        return current != null && current.isAlive();
    }

    /** Stops the process where it stands (SIGSTOP): nothing in it runs until {@link #resume}. */
    public void pause() {
        Signal.STOP.send(running().toHandle());
    }

    /** Lets a paused process go on (SIGCONT). */
    public void resume() {
        Signal.CONT.send(running().toHandle());
    }

    /** What an administrator does with the server, without the CLI's own start of two seconds. */
    public Management management() {
        Management current = management;
        if (current == null) {
            current = new Management(9990 + offset);
            management = current;
        }
        return current;
    }

    /** An address of the deployment. */
    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + (8080 + offset) + path);
    }

    /** {@code kill -9}. */
    public void kill() {
        Process current = running();
        current.destroyForcibly();
        ended(current);
    }

    /** An orderly stop, as a service manager asks for it (SIGTERM). */
    public void stop() {
        running().destroy();
        ended(running());
    }

    private void ended(Process ending) {
        Management current = management;
        management = null;
        if (current != null) {
            current.close();
        }
        try {
            assertThat(ending.waitFor(Patience.MINUTES, TimeUnit.MINUTES))
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

    /** Sends a form to the launch servlet, as an operator. */
    public Answer launch(Map<String, String> fields) {
        return launch(uri("/launch"), fields);
    }

    /** Sends a form to a launch servlet anywhere, as an operator of the tests. */
    public static Answer launch(URI servlet, Map<String, String> fields) {
        return launch(servlet, TestUser.OPERATOR.basic(), fields);
    }

    /**
     * Sends a form to a launch servlet anywhere.
     *
     * @param authorization as {@link TestUser#basic} makes it
     */
    public static Answer launch(URI servlet, String authorization, Map<String, String> fields) {
        try {
            return post(HttpClient.newHttpClient(), servlet, authorization, fields, Patience.GUARD);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a form, on a connection that the client has kept if it has one. */
    static Answer post(
            HttpClient client, URI servlet, String authorization, Map<String, String> fields, Duration patience)
            throws IOException {
        String form = fields.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
        HttpRequest request = HttpRequest.newBuilder(servlet)
                .header("Authorization", authorization)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .timeout(patience)
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits for the end of a process that ends by itself, after {@link Management#shutdown} for example. */
    public void awaitEnded() {
        ended(running());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private int get() {
        HttpRequest request = TestUser.OPERATOR
                .sends(HttpRequest.newBuilder(uri("/launch")))
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
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out);
            builder.environment().put("JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
            Process cli = builder.start();
            cli.getOutputStream().close();
            assertThat(cli.waitFor(Patience.MINUTES, TimeUnit.MINUTES))
                    .as("the CLI ended")
                    .isTrue();
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
                : "jdbc:h2:file:" + ServerFolder.data(folder).resolve("reprise") + ";IFEXISTS=TRUE";
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

    /** Ends the server, however the test went: paused ones too. */
    @Override
    public void close() {
        if (isAlive()) {
            kill();
        }
    }
}
