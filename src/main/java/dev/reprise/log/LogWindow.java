package dev.reprise.log;

import dev.reprise.log.ExecutionLogs.Before;
import dev.reprise.log.ExecutionLogs.Part;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What there is of one execution's log, as one row of bytes with their positions since its beginning. */
final class LogWindow {

    /** How much a reader gets at once. */
    static final int MOST_BYTES = 1 << 20;

    private static final int LONGEST_HEADER = 200;

    /**
     * @param from the position of its first byte in the log
     * @param skip length of its header
     */
    record Piece(Path file, long from, long skip, long length) {

        long to() {
            return from + length;
        }
    }

    private final List<Piece> pieces = new ArrayList<>();
    private final boolean complete;

    /**
     * @param complete whether nothing more will come
     */
    LogWindow(Path older, Path newest, boolean complete) throws IOException {
        this.complete = complete;
        for (Path file : List.of(older, newest)) {
            if (Files.exists(file)) {
                Piece piece = piece(file);
                if (!pieces.isEmpty() && pieces.get(0).to() != piece.from()) {
                    pieces.clear(); // it is of another log
                }
                pieces.add(piece);
            }
        }
    }

    static Piece piece(Path file) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            byte[] begin = new byte[(int) Math.min(LONGEST_HEADER, in.length())];
            in.readFully(begin);
            String text = new String(begin, StandardCharsets.UTF_8);
            int end = text.indexOf('\n');
            if (!text.startsWith(LogFile.HEADER) || end < 0) {
                return new Piece(file, 0, 0, in.length());
            }
            String number = text.substring(LogFile.HEADER.length()).split(" ", 2)[0];
            int skip = text.substring(0, end + 1).getBytes(StandardCharsets.UTF_8).length;
            return new Piece(file, Long.parseLong(number), skip, in.length() - skip);
        } catch (NumberFormatException e) {
            throw new IOException(file + " does not begin as a log does", e);
        }
    }

    boolean isEmpty() {
        return pieces.isEmpty();
    }

    private long begin() {
        return pieces.get(0).from();
    }

    private long end() {
        return pieces.get(pieces.size() - 1).to();
    }

    Part last(int count) throws IOException {
        long from = Math.max(begin(), end() - MOST_BYTES);
        byte[] bytes = read(from, end());
        int at = from > begin() ? lineAfter(bytes, 0) : 0;
        int to = complete ? bytes.length : endOfLines(bytes);
        int first = to;
        for (int found = 0; first > at; first--) {
            if (first < to && bytes[first - 1] == '\n' && ++found == count) {
                break;
            }
        }
        first = count == 0 ? to : Math.max(first, at);
        boolean beginning = from + first == begin();
        Before before = !beginning ? Before.MORE : begin() > 0 ? Before.DROPPED : Before.NOTHING;
        return new Part(lines(bytes, first, to), from + to, before, complete);
    }

    Part since(long position) throws IOException {
        Before before = position < begin() ? Before.DROPPED : Before.NOTHING;
        long from = Math.min(Math.max(position, begin()), end());
        byte[] bytes = read(from, Math.min(end(), from + MOST_BYTES));
        boolean all = from + bytes.length == end();
        int to = all && complete ? bytes.length : endOfLines(bytes);
        if (to == 0 && bytes.length == MOST_BYTES) {
            to = beginOfCharacter(bytes); // a line that is longer than what a reader gets
        }
        return new Part(lines(bytes, 0, to), from + to, before, complete && all);
    }

    private byte[] read(long from, long to) throws IOException {
        byte[] bytes = new byte[(int) (to - from)];
        for (Piece piece : pieces) {
            long first = Math.max(from, piece.from());
            long last = Math.min(to, piece.to());
            if (first < last) {
                try (RandomAccessFile in = new RandomAccessFile(piece.file().toFile(), "r")) {
                    in.seek(piece.skip() + first - piece.from());
                    in.readFully(bytes, (int) (first - from), (int) (last - first));
                }
            }
        }
        return bytes;
    }

    private static int lineAfter(byte[] bytes, int from) {
        for (int at = from; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                return at + 1;
            }
        }
        return from;
    }

    private static int endOfLines(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return end;
    }

    private static int beginOfCharacter(byte[] bytes) {
        int end = bytes.length;
        while (end > 1 && (bytes[end - 1] & 0xC0) == 0x80) {
            end--;
        }
        return end - 1;
    }

    private static List<String> lines(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8)
                .lines()
                .toList();
    }
}
