package dev.reprise.item;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOError;
import java.io.IOException;
import java.io.Serializable;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The records of a CSV file with a header, gzipped or not, from any record on. In a file that is neither gzipped nor in a
 * charset like UTF-16, resuming goes to the byte where it left off and reads nothing before it but the header. A line ends
 * with LF, CRLF or CR. Whatever is wrong with the file is a {@link BrokenInputException}; reading may go on after it, with
 * the record behind the broken one, unless nothing behind it can be read. Not thread-safe.
 *
 * <pre>{@code
 * try (CsvRecords records = CsvRecords.open(file, CsvFormat.of("id", "name"), checkpoint)) {
 *     for (CsvRecord record = records.next(); record != null; record = records.next()) {
 *         …
 *     }
 * }
 * }</pre>
 */
public final class CsvRecords implements Closeable {

    private static final int BUFFER = 1 << 16;

    /** As much of the file's beginning as it takes to look at most headers. */
    private static final int BEGINNING = 1 << 12;

    /** How many bytes before the checkpoint must be the same when reading resumes. */
    private static final int COMPARED = 64;

    private static final int END = Integer.MIN_VALUE;

    private final Path file;
    private final CsvFormat format;
    private final Charset charset;
    private final CharsetDecoder decoder;
    private final CsvText text;
    private final long total;
    private final byte separator;

    /** What was read of the text and is not done with, and the {@link #COMPARED} bytes before that. */
    private byte[] buffer = new byte[BUFFER];

    private long bufferOffset;
    private int next;
    private int end;
    private int readAtOnce = BEGINNING;

    /** Whether the header is the right one: a file of another kind is never quoted, for who may see it is not known. */
    private boolean known;

    /** Why nothing more can be read, ever. */
    private @Nullable IOException dead;

    private long line = 1;

    // Of the record that is being scanned: lengths in bytes from its begin.
    private int length;
    private int lengthWithLineEnd;
    private int fields;
    private int[] bounds;
    private int signs;
    private boolean doubledQuotes;
    private long lineEnds;
    private long lineOfOpenQuote;

    private CsvRecords(Path file, CsvFormat format, CsvText text, long total) {
        this.file = file;
        this.format = format;
        this.charset = format.isScannedAsBytes() ? format.charset() : StandardCharsets.UTF_8;
        this.decoder = charset.newDecoder();
        this.text = text;
        this.total = total;
        this.separator = (byte) format.separator();
        this.bounds = new int[2 * format.columns().size()];
    }

    /**
     * Opens a file, which may be gzipped.
     *
     * @param resumeAfter where an earlier reader was, its {@link #position()}, or null to begin: what stood before that
     *     place must stand there again
     * @throws BrokenInputException if there is no such file, its header is another one, or it is not the file that was
     *     begun
     */
    public static CsvRecords open(Path file, CsvFormat format, @Nullable Serializable resumeAfter) throws IOException {
        String expected = expected(file, format);
        if (!Files.isRegularFile(file)) {
            throw new BrokenInputException(
                    file, 1, expected, Files.exists(file) ? "something that is no file" : "no such file");
        }
        if (!Files.isReadable(file)) {
            throw new BrokenInputException(file, 1, expected, "a file that may not be read");
        }
        return open(file, Files.newByteChannel(file), format, resumeAfter);
    }

    static CsvRecords open(Path file, SeekableByteChannel channel, CsvFormat format, @Nullable Serializable resumeAfter)
            throws IOException {
        try {
            CsvRecords records = new CsvRecords(file, format, text(file, channel, format), channel.size());
            records.readHeader();
            if (resumeAfter instanceof CsvPosition position) {
                records.resume(position);
            } else if (resumeAfter instanceof LinePosition position) {
                records.resume(position);
            } else if (resumeAfter != null) {
                throw new IllegalArgumentException("expected the position of a CSV reader as the checkpoint for " + file
                        + ", found a " + resumeAfter.getClass().getName() + ": has the step had another reader?");
            }
            return records;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static String expected(Path file, CsvFormat format) {
        return (isNamedGzip(file) ? "a gzipped" : "a") + " CSV file with the columns " + format.header();
    }

    private static boolean isNamedGzip(Path file) {
        return file.toString().endsWith(".gz");
    }

    private static CsvText text(Path file, SeekableByteChannel channel, CsvFormat format) throws IOException {
        boolean gzipped = CsvText.isGzipped(channel);
        if (!gzipped && isNamedGzip(file)) {
            throw new BrokenInputException(file, 1, expected(file, format), "no gzip data");
        }
        try {
            return CsvText.of(channel, format, gzipped);
        } catch (ZipException | EOFException e) {
            throw new BrokenInputException(file, 1, expected(file, format), "no gzip data (" + reason(e) + ")", e);
        }
    }

    private void readHeader() throws IOException {
        passByteOrderMark();
        if (next == end && !fill()) {
            throw new BrokenInputException(file, 1, "a CSV file with the columns " + format.header(), "an empty file");
        }
        scan();
        CsvRecord header = record();
        if (fields != format.columns().size() || !header.fields().equals(format.columns())) {
            throw new BrokenInputException(
                    file, 1, "the header " + format.header(), "another line (its fields: " + fields + ")");
        }
        pass();
        known = true;
        readAtOnce = Integer.MAX_VALUE;
    }

    private void passByteOrderMark() throws IOException {
        while (end < 3 && fill()) {
            // Three bytes, if there are as many.
        }
        if (end >= 3 && buffer[0] == (byte) 0xef && buffer[1] == (byte) 0xbb && buffer[2] == (byte) 0xbf) {
            if (!charset.equals(StandardCharsets.UTF_8)) {
                throw new BrokenInputException(
                        file, 1, "text in " + charset, "the byte-order mark of UTF-8: read it in that charset");
            }
            next = 3;
        }
    }

    private void resume(CsvPosition position) throws IOException {
        int before = position.before().length();
        long from = position.offset() - before;
        long read = bufferOffset + end;
        if (from < read) {
            next = (int) (from - bufferOffset);
        } else {
            from = skip(read, from);
            bufferOffset = from;
            next = 0;
            end = 0;
        }
        line = position.line();
        while (end - next < before && fill()) {
            // As much as is to be compared.
        }
        byte[] expected = position.before().getBytes(StandardCharsets.ISO_8859_1);
        int found = Math.min(before, end - next);
        if (!Arrays.equals(expected, 0, before, buffer, next, next + found)) {
            throw new BrokenInputException(
                    file,
                    line,
                    "the file that was begun, with the same " + before + " bytes before byte " + position.offset(),
                    found < before ? "the end of the file at byte " + (from + found) : "others");
        }
        next += before;
        passLineEndOfTheLast(before == 0 ? '\n' : expected[before - 1]);
    }

    /** The last row of a file may have had no line end, or half of one: it may have got it since, but nothing else. */
    private void passLineEndOfTheLast(int last) throws IOException {
        int more = last == '\n' ? END : byteAt(0);
        if (more == '\n' || (more == '\r' && last != '\r')) {
            next += lineEndAt(0, more);
        } else if (more != END && last != '\r') {
            throw new BrokenInputException(
                    file, line - 1, "the row with which the file ended when it was read", "a longer one");
        }
    }

    private void resume(LinePosition position) throws IOException {
        String found = position.line() == 1 ? position.lastRow() : null;
        while (line <= position.line() && (next < end || fill())) {
            scan();
            found = record().text();
            pass();
        }
        if (!position.lastRow().equals(found) || line != position.line() + 1) {
            throw new BrokenInputException(
                    file,
                    position.line(),
                    "the row after which to resume",
                    line <= position.line() ? "the end of the file" : "another one");
        }
    }

    /**
     * The next record, or null behind the last one.
     *
     * @throws BrokenInputException if it is broken; the next call goes on behind it: for a quote that is never closed, on
     *     the next line
     * @throws IOError if the call before found that nothing more can be read: in gzip data that are cut off or damaged, or
     *     behind bytes that are no text of a charset like UTF-16. Not an exception, which a step may skip, and would find
     *     again for ever
     */
    public @Nullable CsvRecord next() throws IOException {
        if (dead != null) {
            throw new IOError(dead);
        }
        do {
            if (next == end && !fill()) {
                return null;
            }
            scan();
            if (length > 0 || !format.emptyLines()) {
                CsvRecord record = record();
                long begin = line;
                pass();
                if (fields != format.columns().size()) {
                    throw new BrokenInputException(
                            file,
                            begin,
                            format.columns().size() + " fields (" + format.header() + ")",
                            length == 0 ? "an empty line" : fields + ": '" + excerpt(record.text()) + "'");
                }
                if (signs < 0 && !record.isText(decoder)) {
                    throw noText(begin, null);
                }
                return record;
            }
            pass();
        } while (true);
    }

    /** Where the reader is: behind the record that {@link #next()} gave last. */
    public CsvPosition position() throws IOException {
        int before = Math.min(COMPARED, next);
        long offset = bufferOffset + next;
        Path name = file.getFileName();
        return new CsvPosition(
                offset,
                line,
                new String(buffer, next - before, before, StandardCharsets.ISO_8859_1),
                Math.min(text.done(offset), total),
                total,
                name == null ? file.toString() : name.toString());
    }

    @Override
    public void close() throws IOException {
        text.close();
    }

    // ---- One record --------------------------------------------------------------------------------------------

    private CsvRecord record() {
        int known = 2 * Math.min(fields, format.columns().size());
        return new CsvRecord(
                file,
                format,
                signs >= 0 ? StandardCharsets.ISO_8859_1 : charset,
                line,
                Arrays.copyOfRange(buffer, next, next + length),
                Arrays.copyOf(bounds, known));
    }

    private void pass() {
        next += lengthWithLineEnd;
        line += lineEnds;
    }

    private BrokenInputException noText(long where, @Nullable IOException e) {
        return new BrokenInputException(file, where, "text in " + format.charset(), "bytes that are none", e);
    }

    /** Finds the fields of the record that begins at {@code next}, and its end. */
    private void scan() throws IOException {
        fields = 0;
        signs = 0;
        lineEnds = 0;
        lineOfOpenQuote = 0;
        int at = 0;
        while (true) {
            int last = byteAt(at);
            int begin = at;
            int fieldEnd;
            if (last == '"') {
                begin++;
                at = scanQuoted(begin);
                fieldEnd = doubledQuotes ? ~at : at;
                last = byteAt(++at);
                if (last != separator && last != '\n' && last != '\r' && last != END) {
                    throw behindQuote(at);
                }
            } else {
                at = scanUnquoted(at);
                fieldEnd = at;
                last = byteAt(at);
            }
            if (2 * fields < bounds.length) {
                bounds[2 * fields] = begin;
                bounds[2 * fields + 1] = fieldEnd;
            }
            fields++;
            if (last != separator) {
                length = at;
                lengthWithLineEnd = at + lineEndAt(at, last);
                lineEnds++;
                if (length > format.longest()) {
                    throw tooLong();
                }
                return;
            }
            at++;
        }
    }

    /** Up to the separator, the line end or the end of the text behind a field. */
    private int scanUnquoted(int from) throws IOException {
        int at = from;
        while (true) {
            byte[] bytes = buffer;
            int stop = end;
            int seen = 0;
            for (int i = next + at; i < stop; i++) {
                byte value = bytes[i];
                if (value == separator || value == '\n' || value == '\r') {
                    signs |= seen;
                    return i - next;
                }
                seen |= value;
            }
            signs |= seen;
            at = end - next;
            if (byteAt(at) == END) {
                return at;
            }
        }
    }

    /** Up to the quote that ends the field. */
    private int scanQuoted(int from) throws IOException {
        lineOfOpenQuote = line + lineEnds;
        doubledQuotes = false;
        int at = from;
        while (true) {
            int value = byteAt(at);
            if (value == END) {
                throw unclosedQuote("the end of the file");
            }
            if (value == '"') {
                if (byteAt(at + 1) != '"') {
                    lineOfOpenQuote = 0;
                    return at;
                }
                doubledQuotes = true;
                at++;
            } else if (value == '\n' || value == '\r') {
                if (format.oneLine()) {
                    throw unclosedQuote("the end of the line");
                }
                at += lineEndAt(at, value) - 1;
                lineEnds++;
            }
            signs |= value;
            at++;
        }
    }

    /** How many bytes the line end takes that begins with this byte; 0 at the end of the text. */
    private int lineEndAt(int at, int value) throws IOException {
        return value == END ? 0 : value == '\r' && byteAt(at + 1) == '\n' ? 2 : 1;
    }

    /** A byte counted from the record's begin, or {@link #END}. */
    private int byteAt(int at) throws IOException {
        if (next + at < end) {
            return buffer[next + at];
        }
        if (at > format.longest()) {
            throw tooLong();
        }
        return fill() ? buffer[next + at] : END;
    }

    private boolean fill() throws IOException {
        int passed = Math.max(next - COMPARED, 0);
        System.arraycopy(buffer, passed, buffer, 0, end - passed);
        bufferOffset += passed;
        next -= passed;
        end -= passed;
        if (buffer.length - end < BEGINNING) {
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
        try {
            int read = text.read(buffer, end, Math.min(buffer.length - end, readAtOnce));
            end += Math.max(read, 0);
            return read > 0;
        } catch (IOException e) {
            IOException broken = broken(e);
            if (broken instanceof BrokenInputException) {
                dead = broken;
            }
            throw broken;
        }
    }

    private long skip(long from, long to) throws IOException {
        try {
            return text.skip(from, to);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    // ---- What is broken ----------------------------------------------------------------------------------------

    private IOException broken(IOException e) {
        long where = line + lineEnds;
        if (e instanceof EOFException) {
            return new BrokenInputException(
                    file, where, "the rest of the gzip data", "the end of the file: it is cut off", e);
        }
        if (e instanceof ZipException) {
            return new BrokenInputException(file, where, "gzip data", "damaged data (" + reason(e) + ")", e);
        }
        return e instanceof CharacterCodingException ? noText(where, e) : e;
    }

    private BrokenInputException behindQuote(int at) throws IOException {
        long begin = line;
        long where = line + lineEnds;
        String found = known ? "'" + excerpt(textUpTo(at + 1)) + "'" : "another character";
        next += at;
        line = where;
        passLine();
        return new BrokenInputException(
                file,
                where,
                "a separator or a line end behind the quote that ends a field"
                        + (where > begin ? " of the record that begins in line " + begin : ""),
                found);
    }

    private BrokenInputException unclosedQuote(String found) throws IOException {
        long where = lineOfOpenQuote;
        String excerpt = excerpt(
                textUpTo(Math.min(end - next, COMPARED)).lines().findFirst().orElse(""));
        passLine();
        return new BrokenInputException(
                file,
                where,
                "a quote that closes the one in this line",
                known ? found + " ('" + excerpt + "')" : found);
    }

    private BrokenInputException tooLong() throws IOException {
        long where = line;
        long quote = lineOfOpenQuote;
        String found = quote == 0
                ? "a longer one"
                : "none that ends before that, for the quote in line " + quote + " is not closed";
        passLine();
        return new BrokenInputException(file, where, "a record of at most " + format.longest() + " bytes", found);
    }

    private String textUpTo(int at) {
        return new String(buffer, next, Math.min(at, end - next), charset);
    }

    private void passLine() throws IOException {
        while (next < end || fill()) {
            byte value = buffer[next++];
            if (value == '\n') {
                break;
            }
            if (value == '\r') {
                if ((next < end || fill()) && buffer[next] == '\n') {
                    next++;
                }
                break;
            }
        }
        line++;
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    static String excerpt(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }
}
