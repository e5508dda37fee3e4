package dev.reprise.server;

import dev.reprise.jobs.Tables;
import dev.reprise.remote.OperatorServlet;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.hamcrest.Matcher;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The WAR as it was built, with a test's own jobs. */
public final class TestWar {

    /** Every job of the tests: {@code src/test/resources/jobs/<job>.xml}, and its schema if it has one. */
    private static final File JOBS = new File("src/test/resources/jobs");

    private TestWar() {}

    /** The built WAR with all jobs and artifacts of the tests, and the assertion libraries for tests that run inside. */
    public static WebArchive withTestJobs() {
        File[] jobs = JOBS.listFiles();
        if (jobs == null || jobs.length == 0) {
            throw new IllegalStateException(JOBS.getAbsolutePath() + " has no jobs");
        }
        return with(jobs).addAsLibraries(libraries(Assertions.class, Awaitility.class, Matcher.class));
    }

    /** The built WAR with some jobs of the tests, and a servlet through which a test outside is its operator. */
    public static WebArchive withOperator(String... jobs) {
        return with(Arrays.stream(jobs).map(job -> new File(JOBS, job + ".xml")).toArray(File[]::new))
                .addPackage(OperatorServlet.class.getPackage());
    }

    private static WebArchive with(File... jobs) {
        WebArchive war = ShrinkWrap.createFromZipFile(WebArchive.class, new File("target/ROOT.war"));
        war.addPackage(Tables.class.getPackage());
        for (File job : jobs) {
            war.addAsWebInfResource(job, "classes/META-INF/batch-jobs/" + job.getName());
        }
        return war;
    }

    private static File[] libraries(Class<?>... classes) {
        Set<File> files = new LinkedHashSet<>();
        for (Class<?> type : classes) {
            files.add(Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .getPath())
                    .toFile());
        }
        return files.toArray(File[]::new);
    }
}
