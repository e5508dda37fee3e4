package dev.reprise.item;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** What is wrong with a CSV file, in words. */
final class BrokenCsv {

    private final Path file;
    private final CsvFormat format;

    BrokenCsv(Path file, CsvFormat format) {
        this.file = file;
        this.format = format;
    }

    BrokenInputException noFile(String found) {
        return new BrokenInputException(file, 1, file(), found);
    }

    BrokenInputException noGzip() {
        return new BrokenInputException(file, 1, file(), "no gzip data");
    }

    BrokenInputException noGzip(IOException e) {
        return new BrokenInputException(file, 1, file(), "no gzip data (" + reason(e) + ")", e);
    }

    private String file() {
        return (isNamedGzip(file) ? "a gzipped" : "a") + " CSV file with the columns " + format.header();
    }

    static boolean isNamedGzip(Path file) {
        return file.toString().endsWith(".gz");
    }

    BrokenInputException empty() {
        return new BrokenInputException(file, 1, "a CSV file with the columns " + format.header(), "an empty file");
    }

    BrokenInputException otherHeader(int fields) {
        return new BrokenInputException(
                file, 1, "the header " + format.header(), "another line (its fields: " + fields + ")");
    }

    BrokenInputException markOfUtf8(Charset charset) {
        return new BrokenInputException(
                file, 1, "text in " + charset, "the byte-order mark of UTF-8: read it in that charset");
    }

    /** @param end where the file ends, if it ends before the bytes that were compared; or else -1 */
    BrokenInputException otherBytes(long line, int before, long offset, long end) {
        return new BrokenInputException(
                file,
                line,
                "the file that was begun, with the same " + before + " bytes before byte " + offset,
                end >= 0 ? "the end of the file at byte " + end : "others");
    }

    BrokenInputException longerRow(long line) {
        return new BrokenInputException(
                file, line, "the row with which the file ended when it was read", "a longer one");
    }

    BrokenInputException otherRow(long line, boolean atTheEnd) {
        return new BrokenInputException(
                file, line, "the row after which to resume", atTheEnd ? "the end of the file" : "another one");
    }

    BrokenInputException otherFields(long line, int fields, CsvRecord record) {
        return new BrokenInputException(
                file,
                line,
                format.columns().size() + " fields (" + format.header() + ")",
                record.isEmpty() ? "an empty line" : fields + ": '" + excerpt(record.text()) + "'");
    }

    BrokenInputException noText(long line, @Nullable IOException e) {
        return new BrokenInputException(file, line, "text in " + format.charset(), "bytes that are none", e);
    }

    /** What reading has failed with: the same where it is not the file that is broken. */
    IOException unreadable(long line, IOException e) {
        if (e instanceof EOFException) {
            return new BrokenInputException(
                    file, line, "the rest of the gzip data", "the end of the file: it is cut off", e);
        }
        if (e instanceof ZipException) {
            return new BrokenInputException(file, line, "gzip data", "damaged data (" + reason(e) + ")", e);
        }
        return e instanceof CharacterCodingException ? noText(line, e) : e;
    }

    BrokenInputException behindQuote(long line, long begin, String found) {
        return new BrokenInputException(
                file,
                line,
                "a separator or a line end behind the quote that ends a field"
                        + (line > begin ? " of the record that begins in line " + begin : ""),
                found);
    }

    BrokenInputException unclosedQuote(long line, String found) {
        return new BrokenInputException(file, line, "a quote that closes the one in this line", found);
    }

    /** @param quote the line of a quote that is not closed, or 0 */
    BrokenInputException tooLong(long line, long quote) {
        return new BrokenInputException(
                file,
                line,
                "a record of at most " + format.longest() + " bytes",
                quote == 0
                        ? "a longer one"
                        : "none that ends before that, for the quote in line " + quote + " is not closed");
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    static String excerpt(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }
}
