package dev.reprise.server;

import dev.reprise.jobs.Tables;
import dev.reprise.remote.OperatorServlet;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.hamcrest.Matcher;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
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

    /** {@link #withTestJobs()} as an application of another name, beside the first one on a server and a database. */
    public static WebArchive withTestJobs(String application) {
        return named(application, withTestJobs());
    }

    /** The built WAR as an application of another name. */
    public static WebArchive named(String application) {
        return named(application, ShrinkWrap.createFromZipFile(WebArchive.class, new File("target/ROOT.war")));
    }

    /** {@link #withOperator(String...)} as an application of another name. */
    public static WebArchive withOperator(String application, List<String> jobs) {
        return named(application, withOperator(jobs.toArray(String[]::new)));
    }

    private static WebArchive named(String application, WebArchive content) {
        WebArchive war =
                ShrinkWrap.create(WebArchive.class, application + ".war").merge(content);
        try (InputStream in = war.get("META-INF/jboss-all.xml").getAsset().openStream()) {
            String xml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            war.delete("META-INF/jboss-all.xml");
            return war.addAsManifestResource(
                    new StringAsset(xml.replace("name=\"reprise\"", "name=\"" + application + '"')), "jboss-all.xml");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The built WAR with some jobs of the tests, and a servlet through which a test outside is its operator. */
    public static WebArchive withOperator(String... jobs) {
        return with(Arrays.stream(jobs).map(job -> new File(JOBS, job + ".xml")).toArray(File[]::new))
                .addPackage(OperatorServlet.class.getPackage());
    }

    private static WebArchive with(File... jobs) {
        WebArchive war = ShrinkWrap.createFromZipFile(WebArchive.class, new File("target/ROOT.war"));
        war.addPackage(Tables.class.getPackage());
        letArquillianIn(war);
        for (File job : jobs) {
            war.addAsWebInfResource(job, "classes/META-INF/batch-jobs/" + job.getName());
        }
        return war;
    }

    /** Arquillian calls the tests that run inside through a servlet of its own, and knows no password. */
    private static void letArquillianIn(WebArchive war) {
        try (InputStream in = war.get("WEB-INF/web.xml").getAsset().openStream()) {
            String open = "<web-resource-name>without login</web-resource-name>";
            String xml = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace(open, open + "<url-pattern>/ArquillianServletRunnerEE9</url-pattern>");
            war.setWebXML(new StringAsset(xml));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
