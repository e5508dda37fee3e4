package dev.reprise.bench;

import dev.reprise.bench.peer.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A running process that does workloads and tells what they took. Not thread-safe. */
abstract class Peer implements AutoCloseable {

    /** Heap and collector of every peer. */
    static final List<String> JVM =
            List.of("-Xms1g", "-Xmx1g", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError", "-Duser.timezone=UTC");

    private static final Duration BOOT = Duration.ofMinutes(3);
    private static final Duration ANSWER = Duration.ofMinutes(30);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final PeerKind kind;
    private final Path log;
    private final Process process;
    private final URI address;

    Peer(PeerKind kind, Path log, Process process, int port) {
        this.kind = kind;
        this.log = log;
        this.process = process;
        this.address = URI.create("http://127.0.0.1:" + port + "/bench/");
    }

    PeerKind kind() {
        return kind;
    }

    /** CPU time of the process since its start. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until it answers. */
    void awaitStarted() {
        long end = System.nanoTime() + BOOT.toNanos();
        while (!isUp()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                close();
                throw new IllegalStateException(kind.title() + " did not start: see " + log + "\n" + tail());
            }
            Pause.millis(50);
        }
    }

    private boolean isUp() {
        try {
            return send(address, Duration.ofSeconds(5)).statusCode() == 200;
        } catch (ConnectException e) {
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    /** Has it do a workload; throws if that fails. */
    Answer ask(String workload, Map<String, ?> settings) {
        String query = settings.entrySet().stream()
                .map(setting -> "&" + setting.getKey() + "="
                        + URLEncoder.encode(String.valueOf(setting.getValue()), StandardCharsets.UTF_8))
                .collect(Collectors.joining());
        try {
            HttpResponse<String> response = send(URI.create(address + "?workload=" + workload + query), ANSWER);
            if (response.statusCode() != 200) {
                throw new IllegalStateException(
                        kind.title() + " failed at " + workload + settings + ": " + response.body() + "\nsee " + log);
            }
            return Answer.parse(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(kind.title() + " at " + workload + settings + ", see " + log, e);
        }
    }

    private HttpResponse<String> send(URI uri, Duration patience) throws IOException {
        try {
            return http.send(
                    HttpRequest.newBuilder(uri).timeout(patience).build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String tail() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() {
        Children.stop(process);
    }
}
