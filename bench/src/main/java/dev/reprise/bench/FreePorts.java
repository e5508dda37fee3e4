package dev.reprise.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports that nobody uses. */
final class FreePorts {

    private static final int[] WILDFLY = {8080, 8443, 9990};

    private FreePorts() {}

    /** One free port. */
    static int one() {
        return offset(0);
    }

    /** An offset at which all ports of a WildFly are free right now. */
    static int offsetOfWildFly() {
        return offset(WILDFLY);
    }

    private static int offset(int... ports) {
        for (int attempt = 0; attempt < 1000; attempt++) {
            int offset = ThreadLocalRandom.current().nextInt(10_000, 22_000);
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
