package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.ear.Alarm;
import dev.reprise.ear.AlarmServlet;
import dev.reprise.ear.Bell;
import dev.reprise.ear.Done;
import dev.reprise.ear.DoneInTheWar;
import dev.reprise.ear.NotOnThe13th;
import dev.reprise.remote.OperatorServlet;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An EAR with a WAR and an EJB JAR, and jobs in both. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class EarIT {

    private static final String BATCH =
            "<jboss xmlns=\"urn:jboss:1.0\"><batch xmlns=\"urn:jboss:domain:batch-jberet:3.0\">"
                    + "<job-repository>%s</job-repository></batch></jboss>";

    private static final String WHOLE = "whole";
    private static final String OTHER_REPOSITORY = "other-repository";
    private static final String IN_THE_WAR = "in-the-war";
    private static final String IN_THE_WAR_NAMED_BY_THE_EAR = "in-the-war-named-by-the-ear";
    private static final String ONE_NAME_TWO_JOBS = "one-name-two-jobs";

    private final HttpClient http = HttpClient.newHttpClient();

    @ArquillianResource
    private Deployer deployer;

    /** The library in the lib of the EAR, whose descriptor is for all modules. */
    @Deployment(name = WHOLE, managed = false, testable = false)
    static Archive<?> whole() {
        return ear(WHOLE, ejbs().addClass(Alarm.class), war().addClass(AlarmServlet.class))
                .addAsLibraries(reprise())
                .addAsManifestResource(named("whole-ear"), "jboss-all.xml");
    }

    @Deployment(name = OTHER_REPOSITORY, managed = false, testable = false)
    static Archive<?> otherRepository() {
        JavaArchive ejbs =
                ejbs().addAsManifestResource(new StringAsset(BATCH.formatted("<in-memory/>")), "jboss-all.xml");
        return ear(OTHER_REPOSITORY, ejbs, war())
                .addAsLibraries(reprise())
                .addAsManifestResource(named("other-ear"), "jboss-all.xml");
    }

    @Deployment(name = IN_THE_WAR, managed = false, testable = false)
    static Archive<?> inTheWar() {
        WebArchive war = war().addAsLibraries(reprise()).addAsManifestResource(named("war-in-ear"), "jboss-all.xml");
        return ear(IN_THE_WAR, ejbs(), war);
    }

    @Deployment(name = IN_THE_WAR_NAMED_BY_THE_EAR, managed = false, testable = false)
    static Archive<?> inTheWarNamedByTheEar() {
        return ear(IN_THE_WAR_NAMED_BY_THE_EAR, ejbs(), war().addAsLibraries(reprise()))
                .addAsManifestResource(named("named-by-ear"), "jboss-all.xml");
    }

    @Deployment(name = ONE_NAME_TWO_JOBS, managed = false, testable = false)
    static Archive<?> oneNameTwoJobs() {
        WebArchive war = war().addAsWebInfResource(
                        new StringAsset(
                                "<job id=\"ear-ejb\" xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"2.0\">"
                                        + "<step id=\"another\"><batchlet ref=\"done\"/></step></job>"),
                        "classes/META-INF/batch-jobs/ear-ejb.xml");
        return ear(ONE_NAME_TWO_JOBS, ejbs(), war)
                .addAsLibraries(reprise())
                .addAsManifestResource(named("twice-ear"), "jboss-all.xml");
    }

    private static EnterpriseArchive ear(String name, JavaArchive ejbs, WebArchive war) {
        return ShrinkWrap.create(EnterpriseArchive.class, name + ".ear").addAsModules(ejbs, war);
    }

    private static JavaArchive ejbs() {
        return ShrinkWrap.create(JavaArchive.class, "ejb.jar")
                .addClasses(Bell.class, Done.class)
                .addAsManifestResource("ear/ear-ejb.xml", "batch-jobs/ear-ejb.xml")
                .addAsManifestResource("ear/ear-ejb.schema.json", "batch-jobs/ear-ejb.schema.json")
                .addAsManifestResource(beans(), "beans.xml");
    }

    private static WebArchive war() {
        return ShrinkWrap.create(WebArchive.class, "web.war")
                .addPackage(OperatorServlet.class.getPackage())
                .addClasses(DoneInTheWar.class, NotOnThe13th.class)
                .addAsResource("ear/ear-web.xml", "META-INF/batch-jobs/ear-web.xml")
                .addAsResource("ear/ear-web.schema.json", "META-INF/batch-jobs/ear-web.schema.json")
                .addAsWebInfResource(beans(), "beans.xml");
    }

    private static StringAsset beans() {
        return new StringAsset("<beans xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"4.0\""
                + " bean-discovery-mode=\"annotated\"/>");
    }

    private static StringAsset named(String repository) {
        return new StringAsset(BATCH.formatted("<named name=\"" + repository + "\"/>"));
    }

    /** As it is built, with what the README says it needs. */
    private static File[] reprise() {
        File[] library = new File("target").listFiles(file -> file.getName().endsWith("-library.jar"));
        File[] libraries = new File("target/ROOT/WEB-INF/lib")
                .listFiles(file ->
                        file.getName().matches("(flyway|geantyref|itu|jackson|jdbi|json-schema|jspecify).*\\.jar"));
        File[] all = new File[1 + Objects.requireNonNull(libraries).length];
        all[0] = Objects.requireNonNull(library)[0];
        System.arraycopy(libraries, 0, all, 1, libraries.length);
        return all;
    }

    @Test
    void itsModulesHaveOneRepository() throws Exception {
        deployer.deploy(WHOLE);
        try {
            String first = assertDone(post("operator/launch", "job=ear-ejb&day=2001-01-01"));
            awaitCompleted(first);
            assertThat(post("alarm", "job=ear-ejb&day=2001-01-01&plainly=true"))
                    .as("a timer in the EJB JAR")
                    .contains("ear-ejb[day=2001-01-01] is already complete (execution " + first);
            awaitCompleted(post("alarm", "job=ear-ejb&day=2001-01-02&plainly=true"));
            assertThat(post("alarm", "job=ear-ejb&day=2001-01-03&plainly=false"))
                    .as("the launcher that is injected there")
                    .isEqualTo("COMPLETED");
            assertThat(post("alarm", "job=ear-ejb&day=2001-02-31&plainly=true"))
                    .as("its schema")
                    .contains("day: '2001-02-31' is not a date");
            assertThat(post("alarm", "job=ear-ejb&day=2001-01-13&plainly=true"))
                    .as("the validator in the WAR")
                    .contains("day: not on the 13th");
            awaitCompleted(assertDone(post("operator/launch", "job=ear-web&day=2001-01-01")));
            assertThat(post("alarm", "job=ear-web&day=2001-01-02&plainly=false"))
                    .as("a job of the WAR alone")
                    .isEqualTo(
                            "This deployment has no job 'ear-web'; it has ear-ejb, reprise-purge, reprise-purge-daily.");
        } finally {
            deployer.undeploy(WHOLE);
        }
    }

    @Test
    void aModuleWithARepositoryOfItsOwnIsRefused() {
        assertRefused(
                OTHER_REPOSITORY,
                "Reprise: The module ejb.jar has jobs [ear-ejb.xml] and keeps them in"
                        + " org.jberet.repository.InMemoryRepository, not in the job repository 'other-ear': they would run"
                        + " without any of its rules.");
    }

    @Test
    void aModuleThatTheWarsDescriptorDoesNotReachIsRefused() {
        assertRefused(IN_THE_WAR, "Reprise: The module ejb.jar has jobs [ear-ejb.xml] and keeps them in ");
    }

    @Test
    void aModuleWhosePartitionsNobodyRecordsIsRefused() {
        assertRefused(
                IN_THE_WAR_NAMED_BY_THE_EAR,
                "Reprise: Partitions in the module ejb.jar would not be recorded: the engine finds none. Put the library of"
                        + " Reprise into the lib of the EAR.");
    }

    @Test
    void twoJobsOfOneNameAreRefused() {
        assertRefused(
                ONE_NAME_TWO_JOBS,
                "Reprise: The modules ejb.jar and web.war have a job file ear-ejb.xml each, and these differ");
    }

    private void assertRefused(String ear, String line) {
        try {
            assertThatThrownBy(() -> deployer.deploy(ear)).hasStackTraceContaining(line);
        } finally {
            deployer.undeploy(ear);
        }
    }

    private void awaitCompleted(String execution) {
        Awaitility.await()
                .untilAsserted(() -> assertThat(post("operator/status", "execution=" + execution))
                        .isEqualTo("DONE\nCOMPLETED\n"));
    }

    private static String assertDone(String reply) {
        assertThat(reply).startsWith("DONE\n");
        return reply.lines().skip(1).findFirst().orElseThrow();
    }

    private String post(String path, String form) throws IOException, InterruptedException {
        int port = 8080 + Integer.getInteger("reprise.it.offset", 0);
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/web/" + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
