package dev.reprise.server;

import dev.reprise.Patience;
import dev.reprise.remote.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One server of the {@link Cluster}: its process, its line to the database, and its job operator. Thread-safe. */
public final class ClusterNode {

    /** One for all: each keeps a thread. */
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final String name;
    private final ServerProcess server;
    private final TcpProxy line;

    ClusterNode(String name, ServerProcess server, TcpProxy line) {
        this.name = name;
        this.server = server;
        this.line = line;
    }

    /** What stands in the tables as this node. */
    public String name() {
        return name;
    }

    public ServerProcess server() {
        return server;
    }

    /** What lies between this server and the database. */
    public TcpProxy line() {
        return line;
    }

    /** {@code JobOperator.start}; {@link Reply#executionId} is the execution's. */
    public Reply start(String job, Map<String, String> parameters) {
        return ask("start", with(parameters, "job", job));
    }

    /** {@code JobLauncher.start}, which restarts what failed or was stopped. */
    public Reply launch(String job, Map<String, String> parameters) {
        return ask("launch", with(parameters, "job", job));
    }

    /** {@code JobOperator.restart}. */
    public Reply restart(long execution, Map<String, String> parameters) {
        return ask("restart", with(parameters, "execution", String.valueOf(execution)));
    }

    /** {@code JobOperator.stop}. */
    public Reply stop(long execution) {
        return ask("stop", Map.of("execution", String.valueOf(execution)));
    }

    /** What runs on this node, as its {@code JobOperator} says. */
    public List<Long> running() {
        Reply reply = ask("running", Map.of());
        if (!reply.isDone()) {
            throw new IllegalStateException(name + ": " + reply);
        }
        return Arrays.stream(reply.what().split(","))
                .filter(id -> !id.isEmpty())
                .map(Long::valueOf)
                .toList();
    }

    private static Map<String, String> with(Map<String, String> parameters, String name, String value) {
        Map<String, String> fields = new LinkedHashMap<>(parameters);
        fields.put(name, value);
        return fields;
    }

    private Reply ask(String what, Map<String, String> fields) {
        try {
            ServerProcess.Answer answer = ServerProcess.post(
                    HTTP, server.uri("/operator/" + what), TestUser.OPERATOR.basic(), fields, Patience.GUARD);
            if (answer.status() != 200) {
                return new Reply(Reply.Kind.THREW, "HTTP " + answer.status(), answer.text());
            }
            return Reply.of(answer.text());
        } catch (IOException e) {
            throw new UncheckedIOException("node " + name + " does not answer " + what, e);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ClusterNode node && node.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
