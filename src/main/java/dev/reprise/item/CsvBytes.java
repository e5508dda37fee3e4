package dev.reprise.item;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a CSV file's text that were read and are not done with, and some of those before them. A part of {@link
 * CsvScanner}, whose loops run over them.
 */
abstract class CsvBytes {

    private static final int BUFFER = 1 << 16;

    /** As much of the file's beginning as it takes to look at most headers. */
    private static final int BEGINNING = 1 << 12;

    /** How many bytes before the checkpoint must be the same when reading resumes. */
    static final int COMPARED = 64;

    private final CsvText text;
    final BrokenCsv broken;

    /** What was read of the text and is not done with, and the {@link #COMPARED} bytes before that. */
    byte[] buffer = new byte[BUFFER];

    /** Where in it begins what is not done with. */
    int next;

    /** Behind what was read. */
    int end;

    private long bufferOffset;
    private int readAtOnce = BEGINNING;

    /** Why nothing more can be read, ever. */
    private @Nullable IOException dead;

    CsvBytes(CsvText text, BrokenCsv broken) {
        this.text = text;
        this.broken = broken;
    }

    /** Why nothing more can be read, ever; null if that is not known. */
    @Nullable
    IOException dead() {
        return dead;
    }

    /** Where in the text that begins which is not done with. */
    long offset() {
        return bufferOffset + next;
    }

    /** Some bytes before that, as characters, by which to know the place again. */
    String before() {
        int before = Math.min(COMPARED, next);
        return new String(buffer, next - before, before, StandardCharsets.ISO_8859_1);
    }

    /** From now on as much as there is room for, not only as much as it takes to look at a header. */
    void readAsMuchAsThereIsRoomFor() {
        readAtOnce = Integer.MAX_VALUE;
    }

    /** Whether the text begins so, where nothing of it is done with. */
    boolean beginsWithMarkOfUtf8(long line) throws IOException {
        while (end < 3 && fill(line)) {
            // Three bytes, if there are as many.
        }
        return end >= 3 && buffer[0] == (byte) 0xef && buffer[1] == (byte) 0xbb && buffer[2] == (byte) 0xbf;
    }

    /**
     * Goes to a byte of the text, or to its end, if that comes first.
     *
     * @param line for what is broken on the way
     * @return where it is now
     */
    long goTo(long from, long line) throws IOException {
        long read = bufferOffset + end;
        if (from < read) {
            next = (int) (from - bufferOffset);
            return from;
        }
        long reached = skip(read, from, line);
        bufferOffset = reached;
        next = 0;
        end = 0;
        return reached;
    }

    /**
     * Reads more.
     *
     * @param line for what is broken there
     * @return whether there was any
     */
    boolean fill(long line) throws IOException {
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
            IOException why = broken.unreadable(line, e);
            if (why instanceof BrokenInputException) {
                dead = why;
            }
            throw why;
        }
    }

    private long skip(long from, long to, long line) throws IOException {
        try {
            return text.skip(from, to);
        } catch (IOException e) {
            throw broken.unreadable(line, e);
        }
    }

    /** As many of those that are not done with as there are, up to that many. */
    String text(int length, Charset charset) {
        return new String(buffer, next, Math.min(length, end - next), charset);
    }
}
