package dev.reprise.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code repriseCsvReader} in job XML. */
class CsvItemReaderTest {

    @TempDir
    Path folder;

    @Test
    void readsInItsFolderAlone() throws IOException {
        Path in = Files.createDirectories(folder.resolve("in"));
        Files.writeString(in.resolve("a.csv"), "id\n7\n");
        Files.writeString(folder.resolve("b.csv"), "id\n8\n");
        Files.createSymbolicLink(in.resolve("link.csv"), folder.resolve("b.csv"));

        CsvItemReader reader = reader("a.csv", in);
        reader.open(null);
        assertThat(Objects.requireNonNull(reader.readItem()).text()).isEqualTo("7");
        reader.close();
        for (String outside :
                new String[] {"../b.csv", "link.csv", folder.resolve("b.csv").toString()}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> reader(outside, in))
                    .withMessage("property file of repriseCsvReader: it lies outside of the folder " + in);
        }
    }

    private static CsvItemReader reader(String file, Path root) {
        return new CsvItemReader(file, root.toString(), "id", null, null, null, null);
    }
}
