package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may read what the server writes. */
class PrivateFilesTest {

    @TempDir
    Path folder;

    private Path file(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void theFolderOfTheDatabaseIsTheServersAlone() throws IOException {
        Path database = file("data/reprise.mv.db");
        Path key = file("data/reprise-key.cs");
        file("data/reports/may.html");

        PrivateFiles.tighten(folder.resolve("data"));

        assertThat(mode(database)).isEqualTo("rw-------");
        assertThat(mode(key)).isEqualTo("rw-------");
        assertThat(mode(folder.resolve("data/reports"))).isEqualTo("rwx------");
        assertThat(mode(folder.resolve("data"))).isEqualTo("rwx------");
    }

    @Test
    void aFolderWithOtherThingsStaysOpenAndOnlyOurFilesAreClosed() throws IOException {
        Path database = file("shared/reprise.mv.db");
        Path foreign = file("shared/page.html");
        file("elsewhere/secret");
        Files.createSymbolicLink(folder.resolve("shared/reports"), folder.resolve("elsewhere"));

        PrivateFiles.tighten(folder.resolve("shared"));

        assertThat(mode(database)).isEqualTo("rw-------");
        assertThat(mode(foreign)).isEqualTo("rw-r--r--");
        assertThat(mode(folder.resolve("shared"))).isEqualTo("rwxr-xr-x");
        assertThat(mode(folder.resolve("elsewhere"))).isEqualTo("rwxr-xr-x");
    }

    @Test
    void logsStayReadableForTheGroupThatCollectsThem() throws IOException {
        Path log = file("log/server.log");

        PrivateFiles.hide(folder.resolve("log"));

        assertThat(mode(log)).isEqualTo("rw-r-----");
        assertThat(mode(folder.resolve("log"))).isEqualTo("rwxr-x---");
    }
}
