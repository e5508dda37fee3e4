package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.reprise.server.TestWar;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.as.controller.client.ModelControllerClient;
import org.jboss.as.controller.client.helpers.standalone.ServerDeploymentHelper;
import org.jboss.as.controller.client.helpers.standalone.ServerDeploymentHelper.ServerDeploymentException;
import org.jboss.dmr.ModelNode;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/** What keeps an application from being deployed is said in a line, to who deploys it and in the server's log. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@EnabledIfSystemProperty(
        named = "reprise.it.database",
        matches = "h2",
        disabledReason = "nothing of it depends on the database, and the H2 run of this test shows it")
class DoorIT {

    private static final Path LOG =
            Path.of(System.getProperty("reprise.it.base", "")).resolve("log/server.log");

    private static final List<String> POOLS = List.of("door-no-jta", "door-disabled");

    private static ModelControllerClient server;

    @BeforeAll
    static void addDataSources() throws IOException {
        server = ModelControllerClient.Factory.create(
                "remote+http", InetAddress.getLoopbackAddress(), Integer.getInteger("reprise.it.management"));
        for (String pool : POOLS) {
            ModelNode add = dataSource("add", pool);
            add.get("jndi-name").set("java:/" + pool);
            add.get("driver-name").set("h2");
            add.get("connection-url").set("jdbc:h2:mem:" + pool + ";DB_CLOSE_DELAY=-1");
            add.get("jta").set(!pool.equals("door-no-jta"));
            add.get("enabled").set(!pool.equals("door-disabled"));
            execute(add);
        }
    }

    @AfterAll
    static void removeDataSources() throws IOException {
        for (String pool : POOLS) {
            execute(dataSource("remove", pool));
        }
        server.close();
    }

    private static ModelNode dataSource(String operation, String name) {
        ModelNode node = new ModelNode();
        node.get("operation").set(operation);
        node.get("address").add("subsystem", "datasources").add("data-source", name);
        return node;
    }

    private static void execute(ModelNode operation) throws IOException {
        assertThat(server.execute(operation).get("outcome").asString())
                .as(operation.toString())
                .isEqualTo("success");
    }

    @Test
    void aDataSourceThatThereIsNot() {
        assertRefused(
                war("door", "nosuch"),
                "There is no data source 'nosuch' on this server, or it is not enabled; there are ExampleDS, door-no-jta,"
                        + " reprise. Write the name of one into data-source in META-INF/reprise.properties, or start the"
                        + " server with -Dreprise.data-source=NAME. One that a deployment defines has no name here.");
    }

    @Test
    void aDataSourceThatIsDisabled() {
        assertRefused(war("door", "door-disabled"), "There is no data source 'door-disabled' on this server, or it is");
    }

    @Test
    void aDataSourceByItsJndiName() {
        assertRefused(
                war("door", "java:jboss/datasources/reprise"),
                "The data source is named 'java:jboss/datasources/reprise', which is a JNDI name. Write reprise, the name"
                        + " of its pool, into data-source in META-INF/reprise.properties");
        assertRefused(
                war("door", "java:/door-no-jta"), "which is a JNDI name. Write door-no-jta, the name of its pool,");
        assertRefused(
                war("door", "java:jboss/datasources/nosuch"),
                "The data source is named 'java:jboss/datasources/nosuch', which is a JNDI name, and of none that is"
                        + " enabled here; there are ExampleDS, door-no-jta, reprise. Write the name of one");
    }

    @Test
    void aDataSourceWithoutJta() {
        assertRefused(
                war("door", "door-no-jta"),
                "Reprise: the job repository 'door' does not start. The connections of the data source door-no-jta are not"
                        + " part of JTA transactions, so a chunk and its checkpoint would not be committed together. Make"
                        + " it a JTA data source (jta=true), as wildfly-config/configure-h2.cli does.");
    }

    @Test
    void twoOfOneName() throws Exception {
        ServerDeploymentHelper deployments = new ServerDeploymentHelper(server);
        WebArchive first = war("door", "reprise");
        try (InputStream in = first.as(ZipExporter.class).exportAsInputStream()) {
            deployments.deploy("first.war", in);
        }
        try {
            assertRefused(
                    first,
                    "first.war on this server has the job repository 'door' already. Give each application another name,"
                            + " in its META-INF/jboss-all.xml");
        } finally {
            deployments.undeploy("first.war");
        }
    }

    private static WebArchive war(String name, String dataSource) {
        return TestWar.named(name)
                .addAsWebInfResource(
                        new StringAsset("data-source=" + dataSource + "\n"), "classes/META-INF/reprise.properties");
    }

    private static void assertRefused(WebArchive war, String line) {
        long before = LOG.toFile().length();
        Throwable refused;
        try (InputStream in = war.as(ZipExporter.class).exportAsInputStream()) {
            refused = catchThrowable(() -> new ServerDeploymentHelper(server).deploy("door.war", in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(refused).isInstanceOf(ServerDeploymentException.class).hasStackTraceContaining(line);
        assertThat(logSince(before)).contains(line).doesNotContain("\tat dev.reprise.");
    }

    private static String logSince(long before) {
        try {
            return Files.readString(LOG).substring((int) before);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
