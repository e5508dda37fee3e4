package dev.reprise.internal.engine;

import dev.reprise.server.AgroalDataSource;
import dev.reprise.server.TestWar;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.as.arquillian.api.ServerSetup;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** On a data source of WildFly's subsystem datasources-agroal, whose connections behave otherwise after a time-out. */
@ServerSetup(AgroalDataSource.class)
class AgroalChunkAtomicityIT extends ChunkAtomicity {

    @Deployment
    static WebArchive war() {
        return TestWar.withTestJobs()
                .addClass(ChunkAtomicity.class)
                .addAsWebInfResource(
                        new StringAsset("console=/\ndata-source=" + AgroalDataSource.NAME),
                        "classes/META-INF/reprise.properties");
    }

    @Override
    String dataSource() {
        return "reprise-agroal";
    }
}
