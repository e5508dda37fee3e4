package dev.reprise.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That no path leads out of a folder. */
class RootFolderTest {

    @TempDir
    Path folder;

    private Path root;
    private Path secret;

    @BeforeEach
    void makeThem() throws IOException {
        folder = folder.toRealPath();
        root = Files.createDirectories(folder.resolve("in"));
        secret = Files.writeString(
                Files.createDirectories(folder.resolve("in-other")).resolve("secret"), "s3cr3t");
    }

    private RootFolder inside() {
        return RootFolder.of(root.toString());
    }

    @Test
    void whatLiesInsideIsFoundAlsoIfItIsNotThereYet() {
        assertThat(inside().resolve("a.csv")).isEqualTo(root.resolve("a.csv"));
        assertThat(inside().resolve("new/b/../a.csv")).isEqualTo(root.resolve("new/a.csv"));
        assertThat(inside().resolve("")).isEqualTo(root);
        assertThat(inside().resolve(root.resolve("c").toString())).isEqualTo(root.resolve("c"));
        assertThat(RootFolder.of(folder.resolve("later").toString()).resolve("x"))
                .isEqualTo(folder.resolve("later/x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/etc/shadow", "/proc/self/environ", "..", "../in-other/secret", "a/../../in-other/secret", "/"})
    void nothingElseIs(String path) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> inside().resolve(path))
                .withMessage("it lies outside of the folder " + root);
    }

    @Test
    void noLinkLeadsOut() throws IOException {
        Files.createSymbolicLink(root.resolve("file"), secret);
        Files.createSymbolicLink(root.resolve("out"), secret.getParent());
        Files.createSymbolicLink(root.resolve("relative"), Path.of("../in-other"));
        Files.createSymbolicLink(root.resolve("nowhere"), folder.resolve("not-there-yet"));
        Files.createSymbolicLink(root.resolve("circle"), root.resolve("circle"));

        for (String path :
                new String[] {"file", "out", "out/secret", "out/new", "relative/secret", "nowhere", "circle"}) {
            assertThatIllegalArgumentException()
                    .as(path)
                    .isThrownBy(() -> inside().resolve(path))
                    .withMessage("it lies outside of the folder " + root);
        }
    }

    @Test
    void linksThatStayInsideAreFollowedAndTheFolderItselfMayBeOne() throws IOException {
        Files.createDirectories(root.resolve("2001"));
        Files.createSymbolicLink(root.resolve("newest"), root.resolve("2001"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), root);

        assertThat(inside().resolve("newest/a.csv")).isEqualTo(root.resolve("2001/a.csv"));
        assertThat(RootFolder.of(link.toString()).resolve("a.csv")).isEqualTo(root.resolve("a.csv"));
        assertThat(RootFolder.of(link.toString()).resolve(root.resolve("a.csv").toString()))
                .isEqualTo(root.resolve("a.csv"));
    }

    @Test
    void whatIsNoPathIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> inside().resolve("a\0b"))
                .withMessageStartingWith("it is no path");
    }

    @Test
    void systemPropertiesNameTheFolder() {
        String property = "reprise.test.root";
        RootFolder named = RootFolder.of("${" + property + ":${" + property + ".too:" + folder + "}/in}");

        assertThat(named.resolve("a")).isEqualTo(root.resolve("a"));
        System.setProperty(property, folder.resolve("in-other").toString());
        try {
            assertThat(named.resolve("a")).isEqualTo(folder.resolve("in-other/a"));
        } finally {
            System.clearProperty(property);
        }
        assertThatIllegalStateException()
                .isThrownBy(() -> RootFolder.of("${" + property + "}/x").resolve("a"))
                .withMessageStartingWith("the system property " + property + " is not set");
        assertThatIllegalArgumentException().isThrownBy(() -> RootFolder.of("${a:${b}"));
        assertThatIllegalArgumentException().isThrownBy(() -> RootFolder.of(" "));
    }
}
