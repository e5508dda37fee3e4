package dev.reprise.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** The console's files and an API whose answers are made up, for screens with as much as no test can wait for. */
final class MadeUpServer implements AutoCloseable {

    private static final Path FILES = Path.of("src/main/resources/dev/reprise/web/console");

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html;charset=utf-8",
            "js", "text/javascript;charset=utf-8",
            "css", "text/css;charset=utf-8",
            "svg", "image/svg+xml");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Function<Map<String, String>, ?>> answers = new ConcurrentHashMap<>();
    private final List<OutputStream> listeners = new CopyOnWriteArrayList<>();

    /** What was asked of the API, in order: {@code GET jobs?limit=200}. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    /** What was sent to the API, in order: {@code jobs/nightly/explain {"parameters":{}}}. */
    final List<String> sent = new CopyOnWriteArrayList<>();

    /** Nobody is logged in any more. */
    volatile boolean loggedOut;

    MadeUpServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        answers(
                "me",
                Map.of(
                        "user",
                        "kim",
                        "roles",
                        List.of("batch-viewer", "batch-operator", "batch-admin"),
                        "application",
                        "night",
                        "version",
                        "1"));
    }

    URI address() {
        return URI.create("http://localhost:" + server.getAddress().getPort() + "/");
    }

    /** From now on, whatever is asked. */
    MadeUpServer answers(String path, Object answer) {
        return answersTo(path, query -> answer);
    }

    /** From now on, by what stands behind the question mark. */
    MadeUpServer answersTo(String path, Function<Map<String, String>, ?> answer) {
        answers.put(path, answer);
        return this;
    }

    /** From now on, with a problem. */
    MadeUpServer refuses(String path, String detail) {
        return answers(path, new Refused(detail));
    }

    private record Refused(String detail) {}

    /** To all who listen. */
    void tells(String event, Object data) throws IOException {
        byte[] text = ("event: " + event + "\nid: 1\ndata: " + JSON.writeValueAsString(data) + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
        for (OutputStream listener : listeners) {
            listener.write(text);
            listener.flush();
        }
    }

    int listeners() {
        return listeners.size();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().substring(1);
        try {
            if (path.startsWith("api/")) {
                answerOfApi(exchange, path.substring("api/".length()));
            } else if (path.startsWith("webjars/")) {
                try (InputStream file = MadeUpServer.class.getResourceAsStream("/META-INF/resources/" + path)) {
                    send(
                            exchange,
                            file == null ? 404 : 200,
                            type(path),
                            file == null ? new byte[0] : file.readAllBytes());
                }
            } else {
                String name = path.isEmpty() ? (loggedOut ? "login.html" : "index.html") : path;
                Path file = FILES.resolve(name);
                send(
                        exchange,
                        Files.exists(file) ? 200 : 404,
                        type(name),
                        Files.exists(file) ? Files.readAllBytes(file) : new byte[0]);
            }
        } catch (RuntimeException e) {
            send(exchange, 500, "text/plain", e.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private void answerOfApi(HttpExchange exchange, String path) throws IOException {
        String query = exchange.getRequestURI().getRawQuery();
        asked.add(exchange.getRequestMethod() + " " + path + (query == null ? "" : "?" + query));
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (!body.isEmpty()) {
            sent.add(path + " " + body);
        }
        if (loggedOut) {
            send(exchange, 401, "application/problem+json", problem(401, "Not logged in"));
        } else if (path.equals("events")) {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            OutputStream listener = exchange.getResponseBody();
            listener.write(": \n\n".getBytes(StandardCharsets.UTF_8));
            listener.flush();
            listeners.add(listener);
        } else {
            Function<Map<String, String>, ?> known = answers.get(path);
            Object answer = known == null ? null : known.apply(parsed(query));
            if (answer == null) {
                send(exchange, 404, "application/problem+json", problem(404, "There is no " + path));
            } else if (answer instanceof Refused refused) {
                send(exchange, 409, "application/problem+json", problem(409, refused.detail()));
            } else {
                send(exchange, 200, "application/json", JSON.writeValueAsBytes(answer));
            }
        }
    }

    private static byte[] problem(int status, String detail) throws JsonProcessingException {
        return JSON.writeValueAsBytes(
                Map.of("type", "about:blank", "title", detail, "status", status, "detail", detail + "."));
    }

    private static Map<String, String> parsed(String query) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : query == null ? new String[0] : query.split("&", -1)) {
            int equals = field.indexOf('=');
            fields.put(
                    field.substring(0, equals), URLDecoder.decode(field.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return fields;
    }

    private static String type(String name) {
        return TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream to = exchange.getResponseBody()) {
            to.write(body);
        }
    }

    /** All connections break, as when the server goes away. */
    void breaksOff() throws IOException {
        for (OutputStream listener : listeners) {
            listener.close();
        }
        listeners.clear();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
