package dev.reprise.internal.engine;

import dev.reprise.server.TestWar;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** On WildFly's usual data source, of IronJacamar. */
class ChunkAtomicityIT extends ChunkAtomicity {

    @Deployment
    static WebArchive war() {
        return TestWar.withTestJobs().addClass(ChunkAtomicity.class);
    }

    @Override
    String dataSource() {
        return "reprise";
    }
}
