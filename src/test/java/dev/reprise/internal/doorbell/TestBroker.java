package dev.reprise.internal.doorbell;

import dev.reprise.server.FreePorts;
import java.util.Map;
import javax.naming.NameNotFoundException;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQTopic;
import org.jspecify.annotations.Nullable;

/** An Artemis in this process that keeps nothing, and that can go and come back. On the loopback interface only. */
final class TestBroker implements AutoCloseable {

    private final int port = FreePorts.one();
    private @Nullable EmbeddedActiveMQ server;

    int port() {
        return port;
    }

    void begin() {
        EmbeddedActiveMQ beginning = new EmbeddedActiveMQ();
        beginning.setConfiguration(new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
                .addAcceptorConfiguration(new TransportConfiguration(
                        NettyAcceptorFactory.class.getName(), Map.of("host", "127.0.0.1", "port", port))));
        server = beginning;
        try {
            beginning.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    void end() {
        EmbeddedActiveMQ ending = server;
        server = null;
        try {
            if (ending != null) {
                ending.stop();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A server whose names lead to a port, with what {@code wildfly-config/} says of the connections, but quicker. */
    static Directory directory(int port) {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory("tcp://127.0.0.1:" + port
                + "?reconnectAttempts=0&initialConnectAttempts=1&callTimeout=1000&clientFailureCheckPeriod=500"
                + "&connectionTTL=1000&useTopologyForLoadBalancing=false");
        return name -> switch (name) {
            case Doorbells.Settings.FACTORY -> factory;
            case Doorbells.Settings.TOPIC -> new ActiveMQTopic("reprise");
            default -> throw new NameNotFoundException(name);
        };
    }

    @Override
    public void close() {
        end();
    }
}
