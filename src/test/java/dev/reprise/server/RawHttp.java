package dev.reprise.server;

import dev.reprise.Patience;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;

/** Requests that no client would send, as they are; in ISO-8859-1, which lets every byte through. */
public final class RawHttp {

    private RawHttp() {}

    /**
     * Connects to a server.
     *
     * @param address of this machine, by which the server tells clients apart
     */
    public static Socket connect(URL server, String address) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(address, 0));
        socket.setSoTimeout((int) Patience.GUARD.toMillis());
        socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
        return socket;
    }

    /** What is answered to a request that asks for the connection to be closed. */
    public static String exchange(URL server, String request) throws IOException {
        return exchange(server, "127.0.0.1", request);
    }

    public static String exchange(URL server, String address, String request) throws IOException {
        try (Socket socket = connect(server, address)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
