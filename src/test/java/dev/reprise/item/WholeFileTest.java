package dev.reprise.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {

    @TempDir
    Path folder;

    @Test
    void makesItsFolderAndReplacesWhatIsThereByAnotherFile() throws IOException {
        Path file = folder.resolve("a/b/page.html");
        WholeFile.write(file, "old");
        Object old = Files.getAttribute(file, "unix:ino");

        WholeFile.write(file, "né");

        assertThat(file).hasContent("né");
        // Not written over: whoever has the old one open still reads the old one.
        assertThat(Files.getAttribute(file, "unix:ino")).isNotEqualTo(old);
        assertThat(file.getParent()).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void nobodyElseMayReadWhatItMakes() throws IOException {
        Path file = folder.resolve("a/page.html");
        WholeFile.write(file, "x");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void leavesNothingBehindWhenItFails() throws IOException {
        Path inTheWay = Files.createDirectories(folder.resolve("page.html/full"));

        assertThatThrownBy(() -> WholeFile.write(folder.resolve("page.html"), "x"))
                .isInstanceOf(FileSystemException.class);

        assertThat(inTheWay).exists();
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(folder.resolve("page.html"));
        }
    }
}
