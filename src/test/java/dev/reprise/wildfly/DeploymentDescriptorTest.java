package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.cert.Certificate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which descriptor says what the job repository is called: the one that WildFly would take. */
class DeploymentDescriptorTest {

    private static final String BATCH = """
            <jboss xmlns="urn:jboss:1.0"><batch xmlns="urn:jboss:domain:batch-jberet:3.0">%s</batch></jboss>""";

    @TempDir
    Path folder;

    private Path ear;
    private Path war;

    @BeforeEach
    void begin() throws IOException {
        ear = folder.resolve("shop.ear");
        war = ear.resolve("web.war");
        Files.createDirectories(war);
    }

    private static void write(Path root, String file, String xml) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, xml);
    }

    private static void name(Path root, String file, String repository) throws IOException {
        write(root, file, BATCH.formatted("<job-repository><named name=\"" + repository + "\"/></job-repository>"));
    }

    private static CodeSource at(Path place) throws IOException {
        return new CodeSource(place.toUri().toURL(), (Certificate[]) null);
    }

    private CodeSource inTheWar() throws IOException {
        return at(war.resolve("WEB-INF/lib/reprise.jar"));
    }

    private CodeSource inTheEar() throws IOException {
        return at(ear.resolve("lib/reprise.jar"));
    }

    @Test
    void theEarsIsForItsLibrariesAndForModulesThatSayNothing() throws IOException {
        name(ear, "META-INF/jboss-all.xml", "of-the-ear");
        write(war, "META-INF/jboss-all.xml", "<jboss xmlns=\"urn:jboss:1.0\"/>");

        assertThat(DeploymentDescriptor.repositoryName(inTheEar())).isEqualTo("of-the-ear");
        assertThat(DeploymentDescriptor.repositoryName(inTheWar())).isEqualTo("of-the-ear");
    }

    @Test
    void aModulesOwnComesFirstAndOfTwoTheOneInWebInf() throws IOException {
        name(ear, "META-INF/jboss-all.xml", "of-the-ear");
        name(war, "META-INF/jboss-all.xml", "of-the-war");
        assertThat(DeploymentDescriptor.repositoryName(inTheWar())).isEqualTo("of-the-war");

        name(war, "WEB-INF/jboss-all.xml", "of-web-inf");
        assertThat(DeploymentDescriptor.repositoryName(inTheWar())).isEqualTo("of-web-inf");
    }

    @Test
    void aBatchWithoutARepositoryIsAFault() throws IOException {
        name(ear, "META-INF/jboss-all.xml", "of-the-ear");
        write(war, "META-INF/jboss-all.xml", BATCH.formatted("<thread-pool name=\"more\"/>"));

        assertThatThrownBy(() -> DeploymentDescriptor.repositoryName(inTheWar()))
                .as("WildFly would take the server's own repository then")
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("META-INF/jboss-all.xml names no job repository");
    }

    @Test
    void saysWhereNoneIs() throws IOException {
        assertThatThrownBy(() -> DeploymentDescriptor.repositoryName(inTheWar()))
                .hasMessageStartingWith("The WAR and the EAR have no META-INF/jboss-all.xml")
                .hasMessageMatching(".* It needs <jboss .*</jboss>");
        assertThatThrownBy(() -> DeploymentDescriptor.repositoryName(at(folder.resolve("elsewhere.jar"))))
                .hasMessageStartingWith(
                        "Reprise must lie in a WAR, in WEB-INF/classes or WEB-INF/lib, or in the lib of an"
                                + " EAR, not in ");
    }
}
