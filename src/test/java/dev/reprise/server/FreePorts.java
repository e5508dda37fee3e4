package dev.reprise.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports that nobody uses, below those that the kernel gives to outgoing connections: they stay free until they are used,
 * and while what listens on them is away.
 */
public final class FreePorts {

    private static final int[] PORTS = {8080, 8443, 9990};

    /** Of databases and proxies; the build has its own PostgreSQL there, too. Above the ports of all servers. */
    private static final int FIRST = 30_000;

    private static final int LAST = 32_700;

    private FreePorts() {}

    /** An offset at which all ports of a server are free right now. */
    public static int offset() {
        return offset(100, 20_000, PORTS);
    }

    /** A port for one that listens on the loopback interface. */
    public static int one() {
        return offset(FIRST, LAST, 0);
    }

    private static int offset(int first, int last, int... ports) {
        for (int attempt = 0; attempt < 1000; attempt++) {
            int offset = ThreadLocalRandom.current().nextInt(first, last);
            if (areFree(offset, ports)) {
                return offset;
            }
        }
        throw new IllegalStateException("no free ports found");
    }

    private static boolean areFree(int offset, int... ports) {
        for (int port : ports) {
            try (ServerSocket socket = new ServerSocket(port + offset, 1, InetAddress.getLoopbackAddress())) {
                socket.setReuseAddress(false);
            } catch (IOException inUse) {
                return false;
            }
        }
        return true;
    }
}
