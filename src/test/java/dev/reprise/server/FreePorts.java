package dev.reprise.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports that nobody uses. */
public final class FreePorts {

    private static final int[] PORTS = {8080, 8443, 9990};

    private FreePorts() {}

    /** An offset at which all ports of a server are free right now. */
    public static int offset() {
        for (int attempt = 0; attempt < 1000; attempt++) {
            int offset = ThreadLocalRandom.current().nextInt(100, 20_000);
            if (areFree(offset)) {
                return offset;
            }
        }
        throw new IllegalStateException("no free ports found");
    }

    private static boolean areFree(int offset) {
        for (int port : PORTS) {
            try (ServerSocket socket = new ServerSocket(port + offset, 1, InetAddress.getLoopbackAddress())) {
                socket.setReuseAddress(false);
            } catch (IOException inUse) {
                return false;
            }
        }
        return true;
    }
}
