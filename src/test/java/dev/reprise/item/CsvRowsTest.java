package dev.reprise.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvRowsTest {

    private static final List<String> HEADER = List.of("id", "text");

    @TempDir
    Path folder;

    @Test
    void resumesAfterAnyRowWithExactlyTheRest() throws IOException {
        // Lines longer and shorter than the buffer, both line ends, quotes, and no line end behind the last one.
        Random random = new Random(7);
        List<String> lines = new ArrayList<>();
        for (int i = 1; i <= 60; i++) {
            int length = i % 20 == 0 ? 150_000 : random.nextInt(3_000);
            lines.add(i + ",\"é, " + Long.toHexString(random.nextLong()).repeat(length / 12) + "\"");
        }
        Path file = gzip("id,text\r\n" + String.join("\n", lines.subList(0, 30)) + "\r\n"
                + String.join("\r\n", lines.subList(30, 60)));

        List<CsvRow> all = new ArrayList<>();
        List<LinePosition> positions = new ArrayList<>();
        read(file, null, all, positions);

        assertThat(all).extracting(CsvRow::text).isEqualTo(lines);
        assertThat(all)
                .extracting(CsvRow::line)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(2, 61).mapToObj(Long::valueOf).toList());
        assertThat(all.get(0).field(1)).startsWith("é, ").doesNotContain("\"");
        for (int i = 0; i < positions.size(); i++) {
            List<CsvRow> rest = new ArrayList<>();
            List<LinePosition> restPositions = new ArrayList<>();
            read(file, positions.get(i), rest, restPositions);
            assertThat(rest).isEqualTo(all.subList(i + 1, all.size()));
            assertThat(restPositions)
                    .extracting(LinePosition::line)
                    .isEqualTo(positions.subList(i + 1, positions.size()).stream()
                            .map(LinePosition::line)
                            .toList());
        }
    }

    @Test
    void thePositionCountsTheBytesOfTheFile() throws IOException {
        Random random = new Random(1);
        StringBuilder text = new StringBuilder("id,text\n");
        for (int i = 0; i < 20_000; i++) {
            text.append(i)
                    .append(',')
                    .append(Long.toHexString(random.nextLong()))
                    .append('\n');
        }
        Path file = gzip(text.toString());
        long size = Files.size(file);

        List<LinePosition> positions = new ArrayList<>();
        read(file, null, new ArrayList<>(), positions);

        assertThat(positions).allSatisfy(position -> {
            assertThat(position.total()).isEqualTo(size);
            assertThat(position.unit()).isEqualTo("bytes of rows.csv.gz");
        });
        assertThat(positions).extracting(LinePosition::done).isSorted().last().isEqualTo(size);
        assertThat(positions.get(2_000).done()).isBetween(1L, size / 2);
    }

    @Test
    void namesAFileThatIsMissing() {
        Path file = folder.resolve("none.csv.gz");

        assertThatThrownBy(() -> CsvRows.gzipped(file, HEADER, null))
                .isInstanceOf(BrokenInputException.class)
                .hasMessage(
                        file + ", line 1: expected a gzipped CSV file with the columns id,text, found no such file");
        assertThatThrownBy(() -> CsvRows.plain(folder, HEADER)).hasMessageContaining("found something that is no file");
    }

    @Test
    void namesAFileThatIsNoGzipFile() throws IOException {
        Path file = write("id,text\n1,a\n".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> CsvRows.gzipped(file, HEADER, null))
                .hasMessageStartingWith(file + ", line 1: expected a gzipped CSV file")
                .hasMessageContaining("found no gzip data");
        assertThatThrownBy(() -> CsvRows.gzipped(write(new byte[0]), HEADER, null))
                .hasMessageContaining("found no gzip data");
    }

    @Test
    void givesEveryWholeRowOfAFileThatIsCutOffAndThenSaysWhere() throws IOException {
        StringBuilder text = new StringBuilder("id,text\n");
        Random random = new Random(3);
        for (int i = 2; i <= 5_000; i++) {
            text.append(i)
                    .append(',')
                    .append(Long.toHexString(random.nextLong()))
                    .append('\n');
        }
        List<String> lines = text.toString().lines().toList();
        byte[] whole = Files.readAllBytes(gzip(text.toString()));
        for (int length : new int[] {whole.length / 3, whole.length / 2, whole.length - 9, whole.length - 1}) {
            Path file = write(Arrays.copyOf(whole, length));
            List<CsvRow> read = new ArrayList<>();

            assertThatThrownBy(() -> read(file, null, read, new ArrayList<>()))
                    .isInstanceOf(BrokenInputException.class)
                    .hasMessageStartingWith(file + ", line ")
                    .hasMessageContaining(
                            "expected the rest of the gzip data, found the end of the file: it is cut off");
            assertThat(read)
                    .hasSizeGreaterThan(5_000 / 4)
                    .allSatisfy(row -> assertThat(row.text()).isEqualTo(lines.get((int) row.line() - 1)));
        }
    }

    @Test
    void saysThatTheDataIsDamaged() throws IOException {
        byte[] bytes = Files.readAllBytes(gzip("id,text\n" + "1,a\n".repeat(10)));
        bytes[bytes.length - 5] ^= 1;

        assertThatThrownBy(() -> read(write(bytes), null, new ArrayList<>(), new ArrayList<>()))
                .hasMessageContaining("expected gzip data, found damaged data");
    }

    @Test
    void namesAHeaderThatIsNotTheRightOne() throws IOException {
        Path file = gzip("id;text\n1;a\n");

        assertThatThrownBy(() -> CsvRows.gzipped(file, HEADER, null))
                .hasMessage(file + ", line 1: expected the header id,text, found 'id;text'");
    }

    @Test
    void saysThatThereIsNoRow() throws IOException {
        Path file = gzip("id,text\n");

        assertThatThrownBy(() -> CsvRows.gzipped(file, HEADER, null))
                .hasMessage(file + ", line 2: expected at least one row, found the end of the file");
        assertThatThrownBy(() -> CsvRows.gzipped(gzip(""), HEADER, null)).hasMessageContaining("found an empty file");
    }

    @Test
    void namesARowThatIsBroken() throws IOException {
        assertThatThrownBy(() -> readAll("id,text\n1,a\n2\n"))
                .hasMessage(folder.resolve("rows.csv.gz") + ", line 3: expected 2 fields (id,text), found 1: '2'");
        assertThatThrownBy(() -> readAll("id,text\n1,a,b\n")).hasMessageContaining("line 2: expected 2 fields");
        assertThatThrownBy(() -> readAll("id,text\n1,a\n\n2,b\n"))
                .hasMessageContaining("line 3: expected 2 fields (id,text), found an empty line");
        assertThatThrownBy(() -> readAll("id,text\n1,\"a\n2,b\n"))
                .hasMessageContaining("line 2: expected a row of CSV, found '1,\"a'");
        assertThatThrownBy(() -> readAll("id,text\n1,a\rx,y\n")).hasMessageContaining("line 2: expected one row");
    }

    @Test
    void namesAByteThatIsNotUtf8() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write("id,text\n1,caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        }

        assertThatThrownBy(() -> read(write(bytes.toByteArray()), null, new ArrayList<>(), new ArrayList<>()))
                .hasMessageContaining("line 2: expected text in UTF-8");
    }

    @Test
    void refusesToResumeInAnotherFile() throws IOException {
        List<LinePosition> positions = new ArrayList<>();
        read(gzip("id,text\n1,a\n2,b\n3,c\n"), null, new ArrayList<>(), positions);
        LinePosition afterB = positions.get(1);

        assertThatThrownBy(() -> CsvRows.gzipped(gzip("id,text\n1,a\n2,x\n3,c\n"), HEADER, afterB))
                .isInstanceOf(BrokenInputException.class)
                .hasMessageContaining("line 3: expected the row after which to resume")
                .hasMessageContaining("'2,b', found '2,x'");
        assertThatThrownBy(() -> CsvRows.gzipped(gzip("id,text\n1,a\n"), HEADER, afterB))
                .hasMessageContaining("line 3: expected the row after which to resume")
                .hasMessageContaining("found the end of the file");
    }

    @Test
    void resumesInTheRepairedFile() throws IOException {
        List<CsvRow> read = new ArrayList<>();
        List<LinePosition> positions = new ArrayList<>();
        assertThatThrownBy(() -> read(gzip("id,text\n1,a\n2,b\nbroken\n"), null, read, positions))
                .hasMessageContaining("line 4");

        List<CsvRow> rest = new ArrayList<>();
        read(gzip("id,text\n1,a\n2,b\n3,c\n"), positions.get(1), rest, new ArrayList<>());

        assertThat(rest).extracting(CsvRow::text).containsExactly("3,c");
    }

    @Test
    void saysWhatIsWrongWithANumber() throws IOException {
        CsvRow row = new CsvRow(folder.resolve("f"), 7, "x,5", List.of("id", "size"), List.of("x", "5"));

        assertThat(row.wholeNumber(1, 1, 5)).isEqualTo(5);
        assertThatThrownBy(() -> row.wholeNumber(0, 1, 5))
                .hasMessage(folder.resolve("f") + ", line 7: expected a whole number as id, found 'x'");
        assertThatThrownBy(() -> row.wholeNumber(1, 1, 4))
                .hasMessageContaining("expected a whole number from 1 to 4 as size, found '5'");
    }

    private void readAll(String text) throws IOException {
        read(gzip(text), null, new ArrayList<>(), new ArrayList<>());
    }

    private static void read(Path file, @Nullable LinePosition from, List<CsvRow> rows, List<LinePosition> positions)
            throws IOException {
        try (CsvRows in = CsvRows.gzipped(file, HEADER, from)) {
            for (CsvRow row = in.next(); row != null; row = in.next()) {
                rows.add(row);
                positions.add(in.position());
            }
        }
    }

    private Path gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return write(bytes.toByteArray());
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("rows.csv.gz"), bytes);
    }
}
