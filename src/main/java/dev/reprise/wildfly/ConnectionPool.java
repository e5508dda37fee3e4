package dev.reprise.wildfly;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.util.List;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** The connections of a data source, as the server's management model has them by JMX. */
final class ConnectionPool {

    private static final Logger LOG = System.getLogger(ConnectionPool.class.getName());

    private static final List<String> KINDS = List.of("data-source", "xa-data-source");

    private final String dataSource;

    ConnectionPool(String dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * Closes the idle connections that do not work any more. After an outage, or after others have ended this node's
     * sessions, the pool is full of them, and the server itself looks through it only now and then.
     */
    void check() {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        for (String kind : KINDS) {
            try {
                server.invoke(
                        new ObjectName("jboss.as:subsystem=datasources," + kind + "=" + dataSource),
                        "flushInvalidConnectionInPool",
                        new Object[0],
                        new String[0]);
                return;
            } catch (InstanceNotFoundException anotherKind) {
                LOG.log(Level.DEBUG, "not that kind", anotherKind);
            } catch (JMException | RuntimeException e) {
                LOG.log(Level.DEBUG, "the connections of " + dataSource + " cannot be checked by JMX", e);
            }
        }
    }
}
