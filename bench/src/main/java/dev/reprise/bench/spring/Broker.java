package dev.reprise.bench.spring;

import dev.reprise.bench.peer.Answer;
import dev.reprise.bench.peer.PeerServer;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;

/** A process with an Artemis broker that keeps its messages in memory. */
public final class Broker {

    private Broker() {}

    /** Listens at {@code bench.broker}. */
    public static void main(String[] arguments) throws Exception {
        Configuration configuration = new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
                .addAcceptorConfiguration("tcp", System.getProperty("bench.broker"));
        EmbeddedActiveMQ broker = new EmbeddedActiveMQ();
        broker.setConfiguration(configuration);
        broker.start();
        PeerServer.start(question -> new Answer());
    }
}
