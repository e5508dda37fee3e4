package dev.reprise.item;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvReader.CsvReaderBuilder;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a CSV file in UTF-8 with a header, from any line on. One row is one line: a quoted field cannot hold a line
 * break, so that a stray quote breaks its own row and not the rest of the file, and so that lines can be skipped without
 * being parsed. Whatever is wrong with the file is a {@link BrokenInputException}. Not thread-safe.
 */
public final class CsvRows implements Closeable {

    private static final int BUFFER = 1 << 16;
    private static final int LONGEST_LINE = 1 << 20;

    private final Path file;
    private final List<String> header;
    private final CountingStream counted;
    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private final CsvReaderBuilder parser = CsvReader.builder().allowUnclosedQuote(false);
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final long total;
    private int next;
    private int end;
    private long line;
    private String lastRow = "";

    private CsvRows(Path file, List<String> header, CountingStream counted, InputStream in, long total) {
        this.file = file;
        this.header = List.copyOf(header);
        this.counted = counted;
        this.in = in;
        this.total = total;
    }

    /** Opens a file as it is. */
    public static CsvRows plain(Path file, List<String> header) throws IOException {
        return open(file, header, null, false);
    }

    /**
     * Opens a gzipped file.
     *
     * @param header the first line must say exactly this
     * @param resumeAfter where an earlier reader was: its last line must be there, and reading goes on behind it
     */
    public static CsvRows gzipped(Path file, List<String> header, @Nullable LinePosition resumeAfter)
            throws IOException {
        return open(file, header, resumeAfter, true);
    }

    private static CsvRows open(Path file, List<String> header, @Nullable LinePosition resumeAfter, boolean gzipped)
            throws IOException {
        String expected =
                (gzipped ? "a gzipped CSV file" : "a CSV file") + " with the columns " + String.join(",", header);
        if (!Files.isRegularFile(file)) {
            throw new BrokenInputException(
                    file, 1, expected, Files.exists(file) ? "something that is no file" : "no such file");
        }
        if (!Files.isReadable(file)) {
            throw new BrokenInputException(file, 1, expected, "a file that may not be read");
        }
        long total = Files.size(file);
        CountingStream counted = new CountingStream(Files.newInputStream(file));
        try {
            InputStream in = gzipped ? unzipped(file, expected, counted) : counted;
            CsvRows rows = new CsvRows(file, header, counted, in, total);
            rows.readHeader(expected);
            if (resumeAfter != null) {
                rows.skipTo(resumeAfter);
            } else {
                rows.expectARow();
            }
            return rows;
        } catch (IOException | RuntimeException e) {
            counted.close();
            throw e;
        }
    }

    private static InputStream unzipped(Path file, String expected, InputStream raw) throws IOException {
        try {
            return new GZIPInputStream(raw, BUFFER);
        } catch (ZipException | EOFException e) {
            throw new BrokenInputException(file, 1, expected, "no gzip data (" + reason(e) + ")", e);
        }
    }

    private void readHeader(String expected) throws IOException {
        String first = readLine();
        if (first == null || !first.equals(String.join(",", header))) {
            throw new BrokenInputException(
                    file,
                    1,
                    first == null ? expected : "the header " + String.join(",", header),
                    first == null ? "an empty file" : "'" + excerpt(first) + "'");
        }
    }

    private void expectARow() throws IOException {
        if (next == end && !fill()) {
            throw new BrokenInputException(file, 2, "at least one row", "the end of the file");
        }
    }

    private void skipTo(LinePosition position) throws IOException {
        while (line + 1 < position.line()) {
            if (!skipLine()) {
                break;
            }
        }
        String there = position.line() == 1 ? lastRow : readLine();
        if (!position.lastRow().equals(there)) {
            throw new BrokenInputException(
                    file,
                    there == null ? line + 1 : line,
                    "the row after which to resume, which is line " + position.line() + " of the file that was begun, '"
                            + excerpt(position.lastRow()) + "'",
                    there == null ? "the end of the file" : "'" + excerpt(there) + "'");
        }
    }

    /** The next row, or null behind the last one. */
    public @Nullable CsvRow next() throws IOException {
        String text = readLine();
        if (text == null) {
            return null;
        }
        List<String> fields = parse(text);
        if (fields.size() != header.size()) {
            throw new BrokenInputException(
                    file,
                    line,
                    header.size() + " fields (" + String.join(",", header) + ")",
                    (text.isEmpty() ? "an empty line" : fields.size() + ": '" + excerpt(text) + "'"));
        }
        return new CsvRow(file, line, text, header, fields);
    }

    private List<String> parse(String text) throws IOException {
        if (text.isEmpty()) {
            return List.of();
        }
        // A carriage return ends a record for the parser, and what follows would be lost.
        if (text.indexOf('\r') >= 0) {
            throw new BrokenInputException(
                    file, line, "one row", "a carriage return within '" + excerpt(text.replace('\r', ' ')) + "'");
        }
        try {
            return parser.ofSingleCsvRecord(text).getFields();
        } catch (CsvParseException e) {
            throw new BrokenInputException(
                    file, line, "a row of CSV", "'" + excerpt(text) + "' (" + reason(e) + ")", e);
        }
    }

    /** Where the reader is: behind the row that {@link #next()} gave last. */
    public LinePosition position() {
        Path name = file.getFileName();
        return new LinePosition(
                line, lastRow, Math.min(counted.count, total), total, name == null ? file.toString() : name.toString());
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private @Nullable String readLine() throws IOException {
        ByteBuffer bytes = readBytes();
        if (bytes == null) {
            return null;
        }
        line++;
        int length = bytes.remaining();
        if (length > 0 && bytes.get(bytes.position() + length - 1) == '\r') {
            bytes.limit(bytes.limit() - 1);
        }
        try {
            lastRow = decoder.decode(bytes).toString();
            return lastRow;
        } catch (CharacterCodingException e) {
            throw new BrokenInputException(file, line, "text in UTF-8", "bytes that are none", e);
        }
    }

    private @Nullable ByteBuffer readBytes() throws IOException {
        if (next == end && !fill()) {
            return null;
        }
        int lineEnd = endOfLine();
        if (lineEnd < end) {
            ByteBuffer bytes = ByteBuffer.wrap(buffer, next, lineEnd - next);
            next = lineEnd + 1;
            return bytes;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        do {
            lineEnd = endOfLine();
            bytes.write(buffer, next, lineEnd - next);
            if (bytes.size() > LONGEST_LINE) {
                throw new BrokenInputException(
                        file, line + 1, "a line of at most " + LONGEST_LINE + " bytes", "a longer one");
            }
            next = Math.min(lineEnd + 1, end);
        } while (lineEnd == end && fill());
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    private boolean skipLine() throws IOException {
        if (next == end && !fill()) {
            return false;
        }
        int lineEnd;
        do {
            lineEnd = endOfLine();
            next = Math.min(lineEnd + 1, end);
        } while (lineEnd == end && fill());
        line++;
        return true;
    }

    private int endOfLine() {
        int at = next;
        while (at < end && buffer[at] != '\n') {
            at++;
        }
        return at;
    }

    private boolean fill() throws IOException {
        try {
            next = 0;
            end = Math.max(in.read(buffer), 0);
            return end > 0;
        } catch (EOFException e) {
            end = 0;
            throw new BrokenInputException(
                    file, line + 1, "the rest of the gzip data", "the end of the file: it is cut off", e);
        } catch (ZipException e) {
            end = 0;
            throw new BrokenInputException(file, line + 1, "gzip data", "damaged data (" + reason(e) + ")", e);
        }
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    static String excerpt(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }

    private static final class CountingStream extends FilterInputStream {
        private long count;

        CountingStream(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            if (value >= 0) {
                count++;
            }
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = super.read(bytes, offset, length);
            if (read > 0) {
                count += read;
            }
            return read;
        }
    }
}
