package dev.reprise.bench.peer;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** Answers questions on a loopback port, for peers that are not in an application server. */
public final class PeerServer {

    private PeerServer() {}

    /** Does the workloads of a peer. */
    @FunctionalInterface
    public interface Peer {
        Answer answer(Question question) throws Exception;
    }

    /** Listens at {@code http://127.0.0.1:<bench.port>/bench/} from now on. */
    public static void start(Peer peer) throws IOException {
        Parent.endWithIt();
        int port = Integer.getInteger("bench.port");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 16);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/bench/", exchange -> {
            String query = exchange.getRequestURI().getRawQuery();
            int status = 200;
            String text = "";
            if (query != null) {
                try {
                    text = peer.answer(Question.parse(query)).toString();
                } catch (Exception e) {
                    e.printStackTrace();
                    status = 500;
                    text = e.toString();
                }
            }
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
    }
}
