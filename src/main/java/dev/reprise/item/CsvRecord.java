package dev.reprise.item;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.util.AbstractList;
import java.util.List;

/**
 * One record of a CSV file, which knows where it stands, so that what is wrong with it can be said. Its fields are decoded
 * when they are asked for. Immutable.
 */
public final class CsvRecord {

    private final Path file;
    private final CsvFormat format;
    private final Charset charset;
    private final long line;
    private final byte[] bytes;
    private final int[] bounds;

    /**
     * @param charset of the bytes
     * @param bytes the record without its line end
     * @param bounds of each field, begin and end, without the quotes; the complement of the end if quotes are doubled
     */
    CsvRecord(Path file, CsvFormat format, Charset charset, long line, byte[] bytes, int[] bounds) {
        this.file = file;
        this.format = format;
        this.charset = charset;
        this.line = line;
        this.bytes = bytes;
        this.bounds = bounds;
    }

    public Path file() {
        return file;
    }

    /** The line on which it begins, from 1 (the header). */
    public long line() {
        return line;
    }

    String place() {
        return file + ", line " + line;
    }

    /** The names of the columns. */
    public List<String> header() {
        return format.columns();
    }

    /** As it stands in the file, quotes included, without the line end behind it. */
    public String text() {
        return new String(bytes, charset);
    }

    /** Whether it is an empty line. */
    boolean isEmpty() {
        return bytes.length == 0;
    }

    /** As many as there are columns. */
    public List<String> fields() {
        return new AbstractList<>() {
            @Override
            public String get(int column) {
                return field(column);
            }

            @Override
            public int size() {
                return bounds.length / 2;
            }
        };
    }

    /** The text of a column, counted from 0. */
    public String field(int column) {
        int begin = bounds[2 * column];
        int end = bounds[2 * column + 1];
        return end >= 0
                ? new String(bytes, begin, end - begin, charset)
                : new String(bytes, begin, ~end - begin, charset).replace("\"\"", "\"");
    }

    /**
     * The text of a column.
     *
     * @throws IllegalArgumentException if the file has no such column
     */
    public String field(String column) {
        int index = format.columns().indexOf(column);
        if (index < 0) {
            throw new IllegalArgumentException("expected one of the columns " + format.columns() + ", found " + column);
        }
        return field(index);
    }

    /**
     * The whole number in a column, counted from 0.
     *
     * @throws BrokenInputException if it is none, or does not lie between these two
     */
    public long wholeNumber(int column, long least, long most) throws BrokenInputException {
        long number;
        try {
            number = wholeNumber(column);
        } catch (NumberFormatException e) {
            throw broken(column, "a whole number");
        }
        if (number < least || number > most) {
            throw broken(column, "a whole number from " + least + " to " + most);
        }
        return number;
    }

    private long wholeNumber(int column) {
        int begin = bounds[2 * column];
        int end = bounds[2 * column + 1];
        boolean negative = begin < end && bytes[begin] == '-';
        int first = negative ? begin + 1 : begin;
        if (end - first < 1 || end - first > 18) {
            return Long.parseLong(field(column));
        }
        long number = 0;
        for (int i = first; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return Long.parseLong(field(column));
            }
            number = 10 * number + digit;
        }
        return negative ? -number : number;
    }

    /**
     * The date and time in a column, counted from 0, like {@code 2001-01-31T23:57} or, with up to nine digits of a
     * second, {@code 2001-01-31T23:57:30.5}.
     *
     * @throws BrokenInputException if it is none
     */
    public LocalDateTime dateTime(int column) throws BrokenInputException {
        int begin = bounds[2 * column];
        int end = bounds[2 * column + 1];
        try {
            if (end - begin == 16
                    && bytes[begin + 4] == '-'
                    && bytes[begin + 7] == '-'
                    && bytes[begin + 10] == 'T'
                    && bytes[begin + 13] == ':') {
                int year = 100 * twoDigits(begin) + twoDigits(begin + 2);
                int month = twoDigits(begin + 5);
                int day = twoDigits(begin + 8);
                int hour = twoDigits(begin + 11);
                int minute = twoDigits(begin + 14);
                if (year >= 0 && month > 0 && day > 0 && hour >= 0 && minute >= 0) {
                    return LocalDateTime.of(year, month, day, hour, minute);
                }
            }
            return LocalDateTime.parse(field(column));
        } catch (DateTimeException e) {
            throw broken(column, "a time like 2001-01-31T23:57");
        }
    }

    /** Far below 0 if they are none. */
    private int twoDigits(int at) {
        int tens = bytes[at] - '0';
        int ones = bytes[at + 1] - '0';
        return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -100_000 : 10 * tens + ones;
    }

    /** What to throw when a column, counted from 0, does not hold what it must: {@code expected} completes "expected …". */
    public BrokenInputException broken(int column, String expected) {
        return new BrokenInputException(
                file,
                line,
                expected + " as " + format.columns().get(column),
                "'" + BrokenCsv.excerpt(field(column)) + "'");
    }

    /** The file, the line and the text. */
    @Override
    public String toString() {
        return file + ", line " + line + ": " + BrokenCsv.excerpt(text());
    }

    /** Whether all of it can be decoded. */
    boolean isText(CharsetDecoder decoder) {
        try {
            decoder.decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
