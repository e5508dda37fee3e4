package dev.reprise.log;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The log of an execution that runs: the newest lines in one file, the ones before in another, each half the limit at
 * most. Thread-safe; a failure is thrown once, and nothing is written after it.
 */
final class LogFile {

    /** Begins each file that goes on where another ended: how many bytes of the log came before. */
    static final String HEADER = "--- Before this: ";

    private static final int LONGEST_HEADER = 160;

    private static final byte[] CUT = "… (cut)\n".getBytes(StandardCharsets.UTF_8);

    private final Path newest;
    private final Path older;
    private final long half;
    private @Nullable OutputStream out;
    private long before;
    private long lines;
    private long header;

    private LogFile(Path newest, Path older, long limit) {
        this.newest = newest;
        this.older = older;
        this.half = limit / 2;
    }

    /** Begins it anew: what lies there is of another execution with this number, in a database of before. */
    static LogFile create(Path newest, Path older, long limit) throws IOException {
        LogFile file = new LogFile(newest, older, limit);
        Files.deleteIfExists(older);
        try {
            file.out = open(newest);
        } catch (NoSuchFileException noFolderYet) {
            OwnFiles.createFolders(
                    Objects.requireNonNull(newest.toAbsolutePath().getParent()));
            file.out = open(newest);
        }
        return file;
    }

    /**
     * Goes on with what this node has logged of the execution.
     *
     * @param created when the execution was created: what was not written since then is another one's
     */
    static LogFile resume(Path newest, Path older, long limit, Instant created) throws IOException {
        if (!Files.exists(newest)
                || Files.getLastModifiedTime(newest).toInstant().isBefore(created)) {
            return create(newest, older, limit);
        }
        LogWindow.Piece there = LogWindow.piece(newest);
        LogFile file = new LogFile(newest, older, limit);
        file.before = there.from();
        file.header = there.skip();
        file.lines = there.length();
        file.out = new FileOutputStream(newest.toFile(), true);
        return file;
    }

    /** Not through a channel: that would be closed when the thread of a job that is stopped is interrupted. */
    private static OutputStream open(Path file) throws IOException {
        if (!Files.exists(file)) {
            OwnFiles.createFile(file);
        }
        return new FileOutputStream(file.toFile());
    }

    /** Writes a line, or several that belong together. */
    synchronized void write(String text) throws IOException {
        OutputStream open = out;
        if (open == null) {
            return;
        }
        byte[] bytes = fit(text.getBytes(StandardCharsets.UTF_8));
        try {
            if (lines > 0 && header + lines + bytes.length > half) {
                open = next(open);
            }
            open.write(bytes);
            lines += bytes.length;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private OutputStream next(OutputStream full) throws IOException {
        full.close();
        Files.move(newest, older, StandardCopyOption.REPLACE_EXISTING);
        before += lines;
        String text = HEADER + before + " bytes, the last of them in " + older.getFileName()
                + ", the rest dropped at the limit ---\n";
        byte[] first = text.getBytes(StandardCharsets.UTF_8);
        OutputStream next = open(newest);
        out = next;
        next.write(first);
        header = first.length;
        lines = 0;
        return next;
    }

    private byte[] fit(byte[] line) {
        int most = (int) Math.max(CUT.length, half - LONGEST_HEADER);
        if (line.length <= most) {
            return line;
        }
        int length = most - CUT.length;
        while (length > 0 && (line[length] & 0xC0) == 0x80) {
            length--;
        }
        byte[] cut = new byte[length + CUT.length];
        System.arraycopy(line, 0, cut, 0, length);
        System.arraycopy(CUT, 0, cut, length, CUT.length);
        return cut;
    }

    /** Nothing is written any more. Never throws. */
    synchronized void close() {
        OutputStream open = out;
        out = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // Each line was written when it came: there is nothing left to lose.
            }
        }
    }
}
