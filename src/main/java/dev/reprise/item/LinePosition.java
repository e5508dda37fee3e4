package dev.reprise.item;

import java.util.Objects;

/**
 * How far {@link CsvRows} has read a file: the checkpoint of a reader that uses it.
 *
 * @param line the last line that was read, from 1 (the header); reading resumes after it
 * @param lastRow that line's text: on a restart the same text must stand there, or it is not the same file
 * @param done bytes of the file that were read; a little more than the lines up to {@code line} take, for it is read ahead
 * @param total bytes of the file
 * @param fileName the file's name without its folder
 */
public record LinePosition(long line, String lastRow, long done, long total, String fileName) implements Position {

    private static final long serialVersionUID = 1;

    public LinePosition {
        Objects.requireNonNull(lastRow, "lastRow");
        Objects.requireNonNull(fileName, "fileName");
        if (line < 1) {
            throw new IllegalArgumentException("lines count from 1, not " + line);
        }
    }

    @Override
    public String unit() {
        return "bytes of " + fileName;
    }
}
