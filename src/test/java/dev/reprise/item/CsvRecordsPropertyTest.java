package dev.reprise.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Any file, in any charset, read in one go and from every record on: what FastCSV reads. */
class CsvRecordsPropertyTest {

    private static final List<String> CHARSETS = List.of(
            "UTF-8",
            "ISO-8859-1",
            "windows-1252",
            "UTF-16",
            "UTF-16LE",
            "UTF-32",
            "EUC-KR",
            "x-windows-949",
            "Shift_JIS",
            "GB18030",
            "Big5",
            "ISO-2022-JP",
            "ISO-2022-KR",
            "IBM037");

    /** Beside what CSV means something by: characters of one to four bytes in UTF-8; the last one but one ends with a bar in Shift_JIS. */
    private static final List<String> CHARACTERS = List.of(
            "a",
            "b",
            " ",
            ",",
            ";",
            "|",
            "\"",
            "\n",
            "\r",
            "\r\n",
            "\u00e9",
            "\u30bd",
            "\uac00",
            "\u30dd",
            "\ud83d\ude00");

    private record Text(
            List<List<String>> rows, long seed, Charset charset, char separator, boolean gzipped, int atOnce) {

        /** Quoted where it must be, and at random. */
        String csv(String mark) {
            Random random = new Random(seed);
            StringBuilder text =
                    new StringBuilder(mark).append("one").append(separator).append("two");
            for (List<String> row : rows) {
                text.append(List.of("\n", "\r\n", "\r").get(random.nextInt(3)));
                for (int i = 0; i < row.size(); i++) {
                    text.append(i == 0 ? "" : separator);
                    String field = row.get(i);
                    boolean quoted = random.nextInt(4) == 0
                            || field.chars().anyMatch(c -> c == separator || "\"\r\n".indexOf(c) >= 0);
                    text.append(quoted ? '"' + field.replace("\"", "\"\"") + '"' : field);
                }
            }
            return text.append(random.nextBoolean() ? "\n" : "").toString();
        }
    }

    @Provide
    Arbitrary<Text> texts() {
        Arbitrary<String> field =
                Arbitraries.of(CHARACTERS).list().ofMaxSize(6).map(characters -> String.join("", characters));
        Arbitrary<List<List<String>>> rows = field.list().ofSize(2).list().ofMaxSize(6);
        return Combinators.combine(
                        rows,
                        Arbitraries.longs(),
                        Arbitraries.of(CHARSETS).map(Charset::forName),
                        Arbitraries.of(',', ';', '|', '\t'),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(1, 9))
                .as((all, seed, charset, separator, gzipped, atOnce) ->
                        new Text(encodable(all, charset), seed, charset, separator, gzipped, atOnce));
    }

    private static List<List<String>> encodable(List<List<String>> rows, Charset charset) {
        return rows.stream()
                .map(row -> row.stream()
                        .map(field -> field.codePoints()
                                .mapToObj(Character::toString)
                                .map(c -> new String(c.getBytes(charset), charset).equals(c) ? c : "x")
                                .reduce("", String::concat))
                        .toList())
                .toList();
    }

    @Property(tries = 400)
    void readsTheSameInOneGoAndFromEveryRecordOn(@ForAll("texts") Text text) throws IOException {
        String mark = text.charset().name().startsWith("UTF-") && text.seed() % 2 == 0 ? "\ufeff" : "";
        Path file = write(text.csv(mark).getBytes(text.charset()), text.gzipped());
        try {
            CsvFormat format = CsvFormat.of("one", "two").in(text.charset()).separatedBy(text.separator());
            List<CsvPosition> positions = new ArrayList<>();

            List<String> all = read(file, format, text.atOnce(), null, positions);

            assertThat(all)
                    .extracting(row -> row.substring(row.indexOf(':') + 1))
                    .isEqualTo(text.rows().stream().map(List::toString).toList());
            assertThat(text.rows()).isEqualTo(reference(text));
            for (int i = 0; i < positions.size(); i++) {
                assertThat(read(file, format, text.atOnce(), copy(positions.get(i)), new ArrayList<>()))
                        .as("from %s on", positions.get(i))
                        .isEqualTo(all.subList(i, all.size()));
            }
        } finally {
            Files.delete(file);
        }
    }

    private static List<List<String>> reference(Text text) throws IOException {
        try (var records = CsvReader.builder()
                .fieldSeparator(text.separator())
                .skipEmptyLines(false)
                .ofCsvRecord(text.csv(""))) {
            return records.stream()
                    .skip(1)
                    .map(record -> List.copyOf(record.getFields()))
                    .toList();
        }
    }

    /** Valid or not. */
    @Property(tries = 1000)
    void takesForCsvWhatFastCsvTakesForIt(@ForAll("junk") String junk) throws IOException {
        Path file = write(("one,two\n" + junk).getBytes(StandardCharsets.UTF_8), false);
        try (CsvRecords ours = CsvRecords.open(
                        file, new ObservedChannel(Files.newByteChannel(file), 3), CsvFormat.of("one", "two"), null);
                var theirs = CsvReader.builder()
                        .skipEmptyLines(false)
                        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .allowUnclosedQuote(false)
                        .ofCsvRecord(junk)) {
            Iterator<de.siegmar.fastcsv.reader.CsvRecord> expected = theirs.iterator();
            while (true) {
                List<String> fields;
                try {
                    if (!expected.hasNext()) {
                        assertThat(ours.next()).isNull();
                        return;
                    }
                    fields = expected.next().getFields();
                } catch (CsvParseException e) {
                    assertThatThrownBy(ours::next).isInstanceOf(BrokenInputException.class);
                    return;
                }
                if (fields.size() == 2) {
                    assertThat(ours.next())
                            .isNotNull()
                            .extracting(CsvRecord::fields)
                            .isEqualTo(fields);
                } else {
                    assertThatThrownBy(ours::next)
                            .isInstanceOf(BrokenInputException.class)
                            .hasMessageContaining("expected 2 fields");
                }
            }
        } finally {
            Files.delete(file);
        }
    }

    @Provide
    Arbitrary<String> junk() {
        return Arbitraries.of("a", ",", ",", "\"", "\"", "\n", "\r", "\r\n", "\u00e9")
                .list()
                .ofMaxSize(16)
                .map(parts -> String.join("", parts));
    }

    /** Each record's line and fields; the position before each of them and behind the last. */
    private static List<String> read(
            Path file, CsvFormat format, int atOnce, @Nullable Serializable from, List<CsvPosition> positions)
            throws IOException {
        List<String> read = new ArrayList<>();
        try (CsvRecords records =
                CsvRecords.open(file, new ObservedChannel(Files.newByteChannel(file), atOnce), format, from)) {
            positions.add(records.position());
            for (CsvRecord record = records.next(); record != null; record = records.next()) {
                read.add(record.line() + ":" + record.fields());
                positions.add(records.position());
            }
        }
        return read;
    }

    private static Path write(byte[] bytes, boolean gzipped) throws IOException {
        Path file = Files.createTempFile("records", ".csv");
        try (OutputStream out =
                gzipped ? new GZIPOutputStream(Files.newOutputStream(file)) : Files.newOutputStream(file)) {
            out.write(bytes);
        }
        return file;
    }

    private static Serializable copy(Serializable checkpoint) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(checkpoint);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (Serializable) in.readObject();
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
