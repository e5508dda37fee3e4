package dev.reprise.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayOutputStream;
import java.io.IOError;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.util.Throwables;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvRecordsTest {

    private static final CsvFormat FORMAT = CsvFormat.of("id", "text").oneLineEach();

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

        List<CsvRecord> all = new ArrayList<>();
        List<CsvPosition> positions = new ArrayList<>();
        read(file, null, all, positions);

        assertThat(texts(all)).isEqualTo(lines);
        assertThat(all)
                .extracting(CsvRecord::line)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(2, 61).mapToObj(Long::valueOf).toList());
        assertThat(all.get(0).field(1)).startsWith("é, ").doesNotContain("\"");
        for (int i = 0; i < positions.size(); i++) {
            List<CsvRecord> rest = new ArrayList<>();
            List<CsvPosition> restPositions = new ArrayList<>();
            read(file, positions.get(i), rest, restPositions);
            assertThat(texts(rest)).isEqualTo(texts(all.subList(i + 1, all.size())));
            assertThat(restPositions)
                    .extracting(CsvPosition::line, CsvPosition::offset, CsvPosition::before)
                    .isEqualTo(positions.subList(i + 1, positions.size()).stream()
                            .map(position -> tuple(position.line(), position.offset(), position.before()))
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

        List<CsvPosition> positions = new ArrayList<>();
        read(file, null, new ArrayList<>(), positions);

        assertThat(positions).allSatisfy(position -> {
            assertThat(position.total()).isEqualTo(size);
            assertThat(position.unit()).isEqualTo("bytes of rows.csv.gz");
        });
        assertThat(positions).extracting(CsvPosition::done).isSorted().last().isEqualTo(size);
        assertThat(positions.get(2_000).done()).isBetween(1L, size / 2);
    }

    @Test
    void namesAFileThatIsMissing() {
        Path file = folder.resolve("none.csv.gz");

        assertThatThrownBy(() -> CsvRecords.open(file, FORMAT, null))
                .isInstanceOf(BrokenInputException.class)
                .hasMessage(
                        file + ", line 1: expected a gzipped CSV file with the columns id,text, found no such file");
        assertThatThrownBy(() -> CsvRecords.open(folder, FORMAT, null))
                .hasMessageContaining("found something that is no file");
    }

    @Test
    void namesAFileThatIsNoGzipFile() throws IOException {
        Path file = write("id,text\n1,a\n".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> CsvRecords.open(file, FORMAT, null))
                .hasMessageStartingWith(file + ", line 1: expected a gzipped CSV file")
                .hasMessageContaining("found no gzip data");
        assertThatThrownBy(() -> CsvRecords.open(write(new byte[0]), FORMAT, null))
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
            List<CsvRecord> read = new ArrayList<>();

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

    /** A step that skips what is broken would find it again for ever. */
    @Test
    void nothingIsReadBehindWhatCannotBeRead() throws IOException {
        byte[] whole = Files.readAllBytes(gzip("id,text\n" + "1,a\n".repeat(10)));
        byte[] half = "id,text\n1,a\n2".getBytes(StandardCharsets.UTF_16);
        Map<Path, CsvFormat> files = Map.of(
                write(Arrays.copyOf(whole, whole.length - 9)),
                FORMAT,
                Files.write(folder.resolve("half.csv"), Arrays.copyOf(half, half.length - 1)),
                FORMAT.in(StandardCharsets.UTF_16));
        for (Map.Entry<Path, CsvFormat> file : files.entrySet()) {
            try (CsvRecords records = CsvRecords.open(file.getKey(), file.getValue(), null)) {
                assertThat(records.next()).isNotNull();
                assertThatThrownBy(() -> {
                            for (int i = 0; i < 10; i++) {
                                records.next();
                            }
                        })
                        .isInstanceOf(BrokenInputException.class);
                assertThatThrownBy(records::next)
                        .isInstanceOf(IOError.class)
                        .hasCauseInstanceOf(BrokenInputException.class);
            }
        }
    }

    @Test
    void namesAHeaderThatIsNotTheRightOne() throws IOException {
        Path file = gzip("id;text\n1;a\n");

        assertThatThrownBy(() -> CsvRecords.open(file, FORMAT, null))
                .hasMessage(file + ", line 1: expected the header id,text, found another line (its fields: 1)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3cr3t:x:1\n",
                "id,s3cr3t\n",
                "\"s3cr3t\n",
                "\"id\"s3cr3t\n",
                "\"id\",\"s3cr3t\"x\n",
                "\"s3cr3t\n\"x\n"
            })
    void quotesNothingOfAFileOfAnotherKind(String text) throws IOException {
        for (CsvFormat format : List.of(FORMAT, CsvFormat.of("id", "text"))) {
            assertThatThrownBy(() -> CsvRecords.open(gzip(text), format, null))
                    .isInstanceOf(BrokenInputException.class)
                    .satisfies(e -> assertThat(Throwables.getStackTrace(e)).doesNotContain("s3cr3t"));
        }
    }

    @Test
    void quotesNothingOfAnotherFileWhereItShouldResume() throws IOException {
        CsvPosition behindSecret = position("id,text\n1,a\n2,s3cr3t\n");
        assertThat(behindSecret).asString().isEqualTo("line 4 of rows.csv.gz (byte 21)");
        assertThat(new LinePosition(3, "2,s3cr3t", 20, 30, "rows")).asString().isEqualTo("behind line 3 of rows");

        for (String other : List.of("id,text\n1,a\n2,another\n", "id,text\n1,a\n2,s3cr3ts3cr3t\n")) {
            for (Serializable checkpoint : List.of(behindSecret, new LinePosition(3, "2,s3cr3t", 20, 30, "rows"))) {
                assertThatThrownBy(() -> CsvRecords.open(gzip(other), FORMAT, checkpoint))
                        .isInstanceOf(BrokenInputException.class)
                        .satisfies(e -> assertThat(Throwables.getStackTrace(e))
                                .doesNotContain("s3cr3t", "another,", "2,another"));
            }
        }
        CsvPosition unended = position("id,text\n1,a\n2,b");
        assertThatThrownBy(() -> CsvRecords.open(gzip("id,text\n1,a\n2,bs3cr3t\n"), FORMAT, unended))
                .isInstanceOf(BrokenInputException.class)
                .satisfies(e -> assertThat(Throwables.getStackTrace(e)).doesNotContain("s3cr3t"));
    }

    private CsvPosition position(String text) throws IOException {
        List<CsvPosition> positions = new ArrayList<>();
        read(gzip(text), null, new ArrayList<>(), positions);
        return positions.get(1);
    }

    @Test
    void aFileMayHaveNoRowButNotNothing() throws IOException {
        try (CsvRecords records = CsvRecords.open(gzip("id,text\n"), FORMAT, null)) {
            assertThat(records.next()).isNull();
        }
        assertThatThrownBy(() -> CsvRecords.open(gzip(""), FORMAT, null)).hasMessageContaining("found an empty file");
    }

    @Test
    void namesARowThatIsBroken() throws IOException {
        assertThatThrownBy(() -> readAll("id,text\n1,a\n2\n"))
                .hasMessage(folder.resolve("rows.csv.gz") + ", line 3: expected 2 fields (id,text), found 1: '2'");
        assertThatThrownBy(() -> readAll("id,text\n1,a,b\n")).hasMessageContaining("line 2: expected 2 fields");
        assertThatThrownBy(() -> readAll("id,text\n1,a\n\n2,b\n"))
                .hasMessageContaining("line 3: expected 2 fields (id,text), found an empty line");
        assertThatThrownBy(() -> readAll("id,text\n1,\"a\n2,b\n"))
                .hasMessageContaining(
                        "line 2: expected a quote that closes the one in this line, found the end of the line ('1,\"a')");
        assertThatThrownBy(() -> readAll("id,text\n1,\"a\"b\n"))
                .hasMessageContaining("line 2: expected a separator or a line end behind the quote that ends a field");
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
        List<CsvPosition> positions = new ArrayList<>();
        read(gzip("id,text\n1,a\n2,b\n3,c\n"), null, new ArrayList<>(), positions);
        CsvPosition afterB = positions.get(1);

        assertThatThrownBy(() -> CsvRecords.open(gzip("id,text\n1,a\n2,x\n3,c\n"), FORMAT, afterB))
                .isInstanceOf(BrokenInputException.class)
                .hasMessageContaining(
                        "line 4: expected the file that was begun, with the same 16 bytes before byte 16, found others");
        assertThatThrownBy(() -> CsvRecords.open(gzip("id,text\n1,a\n"), FORMAT, afterB))
                .hasMessageContaining("found the end of the file at byte 12");
        assertThatThrownBy(() -> CsvRecords.open(gzip("id,text\n1,a\n"), FORMAT, "line 3"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found a java.lang.String");
    }

    @Test
    void saysWhereAFileEndsThatWasLonger() throws IOException {
        Path file = Files.writeString(folder.resolve("long.csv"), "id,text\n" + "1,a\n".repeat(50_000));
        List<CsvPosition> positions = new ArrayList<>();
        read(file, null, new ArrayList<>(), positions);
        CsvPosition end = positions.get(positions.size() - 1);
        Files.writeString(file, "id,text\n" + "1,a\n".repeat(25_000));

        assertThatThrownBy(() -> CsvRecords.open(file, FORMAT, end))
                .isInstanceOf(BrokenInputException.class)
                .hasMessageContaining("found the end of the file at byte 100008");
    }

    @Test
    void resumesInTheRepairedFile() throws IOException {
        List<CsvRecord> read = new ArrayList<>();
        List<CsvPosition> positions = new ArrayList<>();
        assertThatThrownBy(() -> read(gzip("id,text\n1,a\n2,b\nbroken\n"), null, read, positions))
                .hasMessageContaining("line 4");

        List<CsvRecord> rest = new ArrayList<>();
        read(gzip("id,text\n1,a\n2,b\n3,c\n"), positions.get(1), rest, new ArrayList<>());

        assertThat(rest).extracting(CsvRecord::text).containsExactly("3,c");
    }

    @Test
    void saysWhatIsWrongWithANumber() throws IOException {
        Path file = write("f.csv", "id,text\nx,5\n-7,\"12\"\"\"\n".getBytes(StandardCharsets.UTF_8));
        try (CsvRecords records = CsvRecords.open(file, FORMAT, null)) {
            CsvRecord row = Objects.requireNonNull(records.next());

            assertThat(row.wholeNumber(1, 1, 5)).isEqualTo(5);
            assertThatThrownBy(() -> row.wholeNumber(0, 1, 5))
                    .hasMessage(file + ", line 2: expected a whole number as id, found 'x'");
            assertThatThrownBy(() -> row.wholeNumber(1, 1, 4))
                    .hasMessageContaining("expected a whole number from 1 to 4 as text, found '5'");
        }
    }

    @Test
    void resumesWhereALineCountingReaderStopped() throws IOException {
        Path file = gzip("id,text\n1,a\n2,b\n3,c\n4,d\n");
        for (Path same :
                List.of(file, write("rows.csv", "id,text\n1,a\n2,b\n3,c\n4,d\n".getBytes(StandardCharsets.UTF_8)))) {
            try (CsvRecords records = CsvRecords.open(same, FORMAT, new LinePosition(3, "2,b", 20, 30, "rows"))) {
                assertThat(Objects.requireNonNull(records.next()).text()).isEqualTo("3,c");
                assertThat(records.position().line()).isEqualTo(5);
            }
            assertThatThrownBy(() -> CsvRecords.open(same, FORMAT, new LinePosition(3, "2,x", 20, 30, "rows")))
                    .hasMessageContaining("line 3: expected the row after which to resume, found another one");
            assertThatThrownBy(() -> CsvRecords.open(same, FORMAT, new LinePosition(7, "6,f", 20, 30, "rows")))
                    .hasMessageContaining("found the end of the file");
        }
    }

    @Test
    void aStrayQuoteBreaksItsOwnLineAlone() throws IOException {
        assertThat(readOn("1,a\n2,\"b\n3,c\n4,d\n", FORMAT))
                .containsExactly("1,a", "line 3: expected a quote that closes the one in this line", "3,c", "4,d");
    }

    @Test
    void aQuoteThatIsNeverClosedIsNamedAndSwallowsNoFollowingLine() throws IOException {
        CsvFormat severalLines = CsvFormat.of("id", "text").ofAtMost(30);

        assertThat(readOn("1,a\n2,\"b\n3,c\n", severalLines))
                .containsExactly("1,a", "line 3: expected a quote that closes the one in this line", "3,c");
        assertThat(readOn("1,\"a\nb\"\n2,\"b\n" + "3,c\n".repeat(9), severalLines))
                .startsWith("1,\"a\nb\"", "line 4: expected a record of at most 30 bytes", "3,c", "3,c")
                .hasSize(11);
        assertThatThrownBy(() -> readAll("rows.csv", "id,text\n1,\"a\n" + "3,c\n".repeat(9), severalLines))
                .hasMessageContaining(
                        "line 2: expected a record of at most 30 bytes, found none that ends before that, for the quote in"
                                + " line 2 is not closed");
    }

    @Test
    void whatStandsBehindAClosedQuoteBreaksTheRecordUpToThere() throws IOException {
        assertThat(readOn("1,\"a\nb\"x\n2,b\n", CsvFormat.of("id", "text")))
                .containsExactly("line 3: expected a separator or a line end behind the quote that", "2,b");
    }

    @Test
    void aLineThatIsTooLongIsPassed() throws IOException {
        assertThat(readOn("1," + "a".repeat(200_000) + "\n2,b\n", FORMAT.ofAtMost(100_000)))
                .containsExactly("line 2: expected a record of at most 100000 bytes, found a longer one", "2,b");
        assertThat(readOn("1,abcd\n1,abc\n", FORMAT.ofAtMost(7)))
                .as("the header is 7 bytes long")
                .containsExactly("1,abcd", "1,abc");
        assertThat(readOn("1,abcdef\n1,abc\n", FORMAT.ofAtMost(7)))
                .containsExactly("line 2: expected a record of at most 7 bytes, found a longer one", "1,abc");
    }

    @Test
    void skipsEmptyLinesIfToldTo() throws IOException {
        assertThat(readOn("\n1,a\r\n\r\n\r2,b\n\n", FORMAT.skippingEmptyLines()))
                .containsExactly("1,a", "2,b");
        try (CsvRecords records = CsvRecords.open(
                write("one.csv", "id\n1\n\n2".getBytes(StandardCharsets.UTF_8)), CsvFormat.of("id"), null)) {
            assertThat(Objects.requireNonNull(records.next()).fields()).containsExactly("1");
            assertThat(Objects.requireNonNull(records.next()).fields()).containsExactly("");
            assertThat(Objects.requireNonNull(records.next()).field("id")).isEqualTo("2");
            assertThat(records.next()).isNull();
        }
    }

    @Test
    void aByteOrderMarkOfAnotherCharsetIsSaid() throws IOException {
        Path file = write("rows.csv", "\ufeffid,text\n1,\u00e9\n".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> CsvRecords.open(file, FORMAT.in(StandardCharsets.ISO_8859_1), null))
                .hasMessage(
                        file + ", line 1: expected text in ISO-8859-1, found the byte-order mark of UTF-8: read it in"
                                + " that charset");
    }

    @Test
    void aRowThatHasGrownIsNotTakenForTheSame() throws IOException {
        List<CsvPosition> positions = new ArrayList<>();
        read(gzip("id,text\n1,a"), null, new ArrayList<>(), positions);

        assertThatThrownBy(() -> CsvRecords.open(gzip("id,text\n1,ab\n"), FORMAT, positions.get(0)))
                .hasMessageContaining("line 2: expected the row with which the file ended when it was read");
        for (String lineEnd : List.of("\n", "\r\n", "\r")) {
            List<CsvRecord> rest = new ArrayList<>();
            read(gzip("id,text\n1,a" + lineEnd + "2,b"), positions.get(0), rest, new ArrayList<>());
            assertThat(texts(rest)).containsExactly("2,b");
        }
    }

    @Test
    void goingToThePlaceWhereItLeftOffReadsNothingBeforeIt() throws IOException {
        StringBuilder text = new StringBuilder("id,text\n");
        for (int i = 0; i < 100_000; i++) {
            text.append(i).append(",some text\n");
        }
        Path file = write("long.csv", text.toString().getBytes(StandardCharsets.UTF_8));
        long size = Files.size(file);
        CsvPosition at90 = null;
        try (CsvRecords records = CsvRecords.open(file, FORMAT, null)) {
            for (int i = 0; i < 90_000; i++) {
                records.next();
            }
            at90 = records.position();
        }
        assertThat(at90.done()).isEqualTo(at90.offset()).isBetween(size * 88 / 100, size * 91 / 100);

        ObservedChannel channel = new ObservedChannel(Files.newByteChannel(file), Integer.MAX_VALUE);
        int rows = 0;
        try (CsvRecords records = CsvRecords.open(file, channel, FORMAT, at90)) {
            while (records.next() != null) {
                rows++;
            }
        }

        assertThat(rows).isEqualTo(10_000);
        assertThat(channel.bytesRead()).isLessThan(size - at90.offset() + 5_000);
        assertThat(channel.bytesReadBefore(at90.offset())).isLessThan(5_000);
    }

    /** All records, and for one that is broken the beginning of what is said of it. */
    private List<String> readOn(String rows, CsvFormat format) throws IOException {
        List<String> read = new ArrayList<>();
        Path file = write("on.csv", ("id,text\n" + rows).getBytes(StandardCharsets.UTF_8));
        try (CsvRecords records = CsvRecords.open(file, format, null)) {
            while (true) {
                try {
                    CsvRecord row = records.next();
                    if (row == null) {
                        return read;
                    }
                    read.add(row.text());
                } catch (BrokenInputException e) {
                    String said = String.valueOf(e.getMessage())
                            .substring(file.toString().length() + 2);
                    read.add(said.replaceFirst("(?s)(, found the end| ends a field|, found none).*", ""));
                }
            }
        }
    }

    private void readAll(String name, String text, CsvFormat format) throws IOException {
        try (CsvRecords records = CsvRecords.open(write(name, text.getBytes(StandardCharsets.UTF_8)), format, null)) {
            while (records.next() != null) {
                // On.
            }
        }
    }

    private static List<String> texts(List<CsvRecord> records) {
        return records.stream().map(CsvRecord::text).toList();
    }

    private void readAll(String text) throws IOException {
        read(gzip(text), null, new ArrayList<>(), new ArrayList<>());
    }

    private static void read(Path file, @Nullable CsvPosition from, List<CsvRecord> rows, List<CsvPosition> positions)
            throws IOException {
        try (CsvRecords in = CsvRecords.open(file, FORMAT, from)) {
            for (CsvRecord row = in.next(); row != null; row = in.next()) {
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
        return write("rows.csv.gz", bytes);
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }
}
