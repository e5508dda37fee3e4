package dev.reprise.item;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Finds the fields of one record after another among the bytes of a CSV file's text. What is broken it passes over before
 * it throws, so that it may go on behind it. Not thread-safe.
 */
final class CsvScanner extends CsvBytes {

    private static final int END = Integer.MIN_VALUE;

    private final Path file;
    private final CsvFormat format;
    private final Charset charset;
    private final byte separator;

    /** Whether the header is the right one: a file of another kind is never quoted, for who may see it is not known. */
    private boolean known;

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

    /** @param charset of the text as bytes */
    CsvScanner(Path file, CsvFormat format, Charset charset, CsvText text, BrokenCsv broken) {
        super(text, broken);
        this.file = file;
        this.format = format;
        this.charset = charset;
        this.separator = (byte) format.separator();
        this.bounds = new int[2 * format.columns().size()];
    }

    /** The line that begins next, from 1. */
    long line() {
        return line;
    }

    /** Whether there is anything behind what was passed. */
    boolean hasMore() throws IOException {
        return next < end || fill();
    }

    /** How many fields the record has that was scanned last. */
    int fields() {
        return fields;
    }

    /** Whether it is an empty line. */
    boolean isEmpty() {
        return length == 0;
    }

    /** Whether it is ASCII, and so text in the charset, whatever it holds. */
    boolean isAscii() {
        return signs >= 0;
    }

    /** The header was the right one: what is broken may be quoted, and as much is read at once as there is room for. */
    void knowHeader() {
        known = true;
        readAsMuchAsThereIsRoomFor();
    }

    /** At the beginning of the text. */
    void passByteOrderMark() throws IOException {
        if (beginsWithMarkOfUtf8(line)) {
            if (!charset.equals(StandardCharsets.UTF_8)) {
                throw broken.markOfUtf8(charset);
            }
            next = 3;
        }
    }

    /** Goes to where an earlier reader was, and compares what stands before that. */
    void goTo(CsvPosition position) throws IOException {
        int before = position.before().length();
        long from = goTo(position.offset() - before, line + lineEnds);
        line = position.line();
        while (end - next < before && fill()) {
            // As much as is to be compared.
        }
        byte[] expected = position.before().getBytes(StandardCharsets.ISO_8859_1);
        int found = Math.min(before, end - next);
        if (!Arrays.equals(expected, 0, before, buffer, next, next + found)) {
            throw broken.otherBytes(line, before, position.offset(), found < before ? from + found : -1);
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
            throw broken.longerRow(line - 1);
        }
    }

    /** The record that was scanned. */
    CsvRecord record() {
        int known = 2 * Math.min(fields, format.columns().size());
        return new CsvRecord(
                file,
                format,
                signs >= 0 ? StandardCharsets.ISO_8859_1 : charset,
                line,
                Arrays.copyOfRange(buffer, next, next + length),
                Arrays.copyOf(bounds, known));
    }

    /** Goes on behind it. */
    void pass() {
        next += lengthWithLineEnd;
        line += lineEnds;
    }

    /** Finds the fields of the record that begins at {@code next}, and its end. */
    void scan() throws IOException {
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
        return fill(line + lineEnds);
    }

    private BrokenInputException behindQuote(int at) throws IOException {
        long begin = line;
        long where = line + lineEnds;
        String found = known ? "'" + BrokenCsv.excerpt(text(at + 1, charset)) + "'" : "another character";
        next += at;
        line = where;
        passLine();
        return broken.behindQuote(where, begin, found);
    }

    private BrokenInputException unclosedQuote(String found) throws IOException {
        long where = lineOfOpenQuote;
        String excerpt =
                BrokenCsv.excerpt(text(COMPARED, charset).lines().findFirst().orElse(""));
        passLine();
        return broken.unclosedQuote(where, known ? found + " ('" + excerpt + "')" : found);
    }

    private BrokenInputException tooLong() throws IOException {
        long where = line;
        long quote = lineOfOpenQuote;
        passLine();
        return broken.tooLong(where, quote);
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
}
