package dev.reprise.tck;

import java.io.File;
import org.jboss.arquillian.container.test.spi.client.deployment.ApplicationArchiveProcessor;
import org.jboss.arquillian.core.spi.LoadableExtension;
import org.jboss.arquillian.test.spi.TestClass;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** Makes of the WAR that the TCK's own extension builds what the guide asks of somebody's own WAR. */
public final class RepriseInTheWar implements LoadableExtension, ApplicationArchiveProcessor {

    private static final File LIBRARY = new File(System.getProperty("tck.library", ""));
    private static final File WAR = new File(System.getProperty("tck.war", ""));

    @Override
    public void register(ExtensionBuilder builder) {
        builder.service(ApplicationArchiveProcessor.class, RepriseInTheWar.class);
    }

    @Override
    public void process(Archive<?> archive, TestClass testClass) {
        WebArchive war = (WebArchive) archive;
        // The extension packs every dependency of pom.xml, this side of the test included.
        war.getContent(path -> path.get().startsWith("/WEB-INF/lib/") && !isOfTheTck(path.get()))
                .keySet()
                .forEach(war::delete);
        war.addAsLibrary(LIBRARY);
        war.addAsLibraries(
                new File(WAR, "WEB-INF/lib").listFiles(file -> !file.getName().startsWith("reprise-")));
        war.addAsManifestResource(new File(WAR, "META-INF/jboss-all.xml"));
        war.addAsResource("reprise.properties", "META-INF/reprise.properties");
        war.setWebXML("order-db.xml");
        if (Boolean.getBoolean("tck.distributed")) {
            DistributedJobs.of(war);
        }
    }

    static boolean isOfTheTck(String path) {
        return path.contains("/com.ibm.jbatch.") || path.contains("/jakarta.batch.tck.util");
    }
}
