package dev.reprise.item;

import java.util.Objects;

/**
 * How far {@link CsvRecords} has read a file: the checkpoint of a reader that uses it.
 *
 * @param offset bytes of the text behind the last record that was read: reading resumes there. The text is the file
 *     itself; of a gzipped file what comes out of it; in a charset that must be decoded to be scanned, the same in UTF-8
 * @param line the line that begins there, from 1 (the header)
 * @param before the last bytes before that place, each as one character: they must be there again, or it is not the same
 *     file
 * @param done bytes of the file that were read
 * @param total bytes of the file
 * @param fileName the file's name without its folder
 */
public record CsvPosition(long offset, long line, String before, long done, long total, String fileName)
        implements Position {

    private static final long serialVersionUID = 1;

    public CsvPosition {
        Objects.requireNonNull(before, "before");
        Objects.requireNonNull(fileName, "fileName");
        if (line < 1 || offset < before.length()) {
            throw new IllegalArgumentException(
                    "no place in a file: line " + line + ", byte " + offset + " behind " + before.length() + " others");
        }
    }

    /** The place, and nothing of what stands there. */
    @Override
    public String toString() {
        return "line " + line + " of " + fileName + " (byte " + offset + ")";
    }

    @Override
    public String unit() {
        return "bytes of " + fileName;
    }
}
