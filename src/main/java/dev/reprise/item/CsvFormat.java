package dev.reprise.item;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a CSV file looks like: RFC 4180 in UTF-8 with a header, unless said otherwise. Immutable.
 *
 * @param columns the names in the header, which must say exactly this
 * @param charset of the text; a byte-order mark at the beginning is no part of it
 * @param separator between two fields: an ASCII character, neither a quote nor a line end
 * @param oneLine a record is one line: a quoted field cannot hold a line end, so a stray quote breaks its own line alone
 * @param emptyLines empty lines are skipped; otherwise one is a record with one empty field
 * @param longest bytes of the longest record, encoded in UTF-8 or an ASCII-compatible charset: where a quote that nobody
 *     closes is noticed at the latest
 */
public record CsvFormat(
        List<String> columns, Charset charset, char separator, boolean oneLine, boolean emptyLines, int longest) {

    static final int LONGEST = 1 << 20;

    /** By charset and separator, because finding out takes some thousands of decodings. */
    private static final Map<String, Boolean> SCANNED_AS_BYTES = new ConcurrentHashMap<>();

    /**
     * What is given in full.
     *
     * @throws IllegalArgumentException if there is no column, one twice, a separator that is none, or a length below 1
     */
    public CsvFormat {
        columns = List.copyOf(columns);
        if (columns.isEmpty() || new HashSet<>(columns).size() < columns.size()) {
            throw new IllegalArgumentException(
                    "expected the names of the columns, each once, separated by commas; found " + columns);
        }
        if (separator >= 128 || separator == '"' || separator == '\n' || separator == '\r' || separator == 0) {
            throw new IllegalArgumentException(
                    "expected an ASCII character between fields, neither a quote nor a line end; found character "
                            + (int) separator);
        }
        if (longest < 1 || longest > 1 << 29) {
            throw new IllegalArgumentException(
                    "expected a record of at most 1 to " + (1 << 29) + " bytes, found " + longest);
        }
    }

    /** Commas between fields, UTF-8, quoted fields may hold line ends, records of at most 1 MiB. */
    public static CsvFormat of(String... columns) {
        return of(List.of(columns));
    }

    /** Commas between fields, UTF-8, quoted fields may hold line ends, records of at most 1 MiB. */
    public static CsvFormat of(List<String> columns) {
        return new CsvFormat(columns, StandardCharsets.UTF_8, ',', false, false, LONGEST);
    }

    public CsvFormat in(Charset other) {
        return new CsvFormat(columns, other, separator, oneLine, emptyLines, longest);
    }

    public CsvFormat separatedBy(char other) {
        return new CsvFormat(columns, charset, other, oneLine, emptyLines, longest);
    }

    /** A record is one line: a stray quote breaks its own line and never the following ones. */
    public CsvFormat oneLineEach() {
        return new CsvFormat(columns, charset, separator, true, emptyLines, longest);
    }

    public CsvFormat skippingEmptyLines() {
        return new CsvFormat(columns, charset, separator, oneLine, true, longest);
    }

    /** Bytes of the longest record, its line end included. */
    public CsvFormat ofAtMost(int bytes) {
        return new CsvFormat(columns, charset, separator, oneLine, emptyLines, bytes);
    }

    /** The header as messages show it. */
    String header() {
        return String.join(String.valueOf(separator), columns);
    }

    /**
     * Whether quotes, separators and line ends can be found among the bytes without decoding them: each ASCII byte is
     * itself, wherever it stands. Not so in UTF-16 (other bytes), Shift_JIS with a bar between fields (a second byte may
     * be one) or ISO-2022 (what a byte means depends on what came before).
     */
    boolean isScannedAsBytes() {
        return charset.equals(StandardCharsets.UTF_8)
                || SCANNED_AS_BYTES.computeIfAbsent(charset.name() + separator, known -> delimitersAreThemselves());
    }

    private boolean delimitersAreThemselves() {
        byte[] ascii = new byte[128];
        for (int i = 0; i < ascii.length; i++) {
            ascii[i] = (byte) i;
            if (!decode((byte) i).equals(String.valueOf((char) i))) {
                return false;
            }
        }
        if (!decode(ascii).equals(new String(ascii, StandardCharsets.US_ASCII))) {
            return false;
        }
        for (char delimiter : new char[] {'"', '\n', '\r', separator}) {
            for (int first = 128; first < 256; first++) {
                if (!endsWith(delimiter, (byte) first, (byte) delimiter)) {
                    return false;
                }
                for (int second = 128; second < 256; second++) {
                    if (!endsWith(delimiter, (byte) first, (byte) second, (byte) delimiter)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private boolean endsWith(char delimiter, byte... bytes) {
        String text = decode(bytes);
        return !text.isEmpty() && text.charAt(text.length() - 1) == delimiter;
    }

    private String decode(byte... bytes) {
        try {
            return charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalStateException(e);
        }
    }
}
