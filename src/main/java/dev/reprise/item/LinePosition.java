package dev.reprise.item;

import java.util.Objects;

/**
 * Where readers were that counted lines instead of bytes: what a job left that was stopped then.
 *
 * @param line the last line that was read, from 1 (the header); reading resumes after it
 * @param lastRow that line's text: the same text must stand there
 * @param done bytes of the file that were read
 * @param total bytes of the file
 * @param fileName the file's name without its folder
 */
record LinePosition(long line, String lastRow, long done, long total, String fileName) implements Position {

    private static final long serialVersionUID = 1;

    LinePosition {
        Objects.requireNonNull(lastRow, "lastRow");
        Objects.requireNonNull(fileName, "fileName");
        if (line < 1) {
            throw new IllegalArgumentException("lines count from 1, not " + line);
        }
    }

    /** The place, and nothing of what stands there. */
    @Override
    public String toString() {
        return "behind line " + line + " of " + fileName;
    }

    @Override
    public String unit() {
        return "bytes of " + fileName;
    }
}
