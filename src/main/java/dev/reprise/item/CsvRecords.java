package dev.reprise.item;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOError;
import java.io.IOException;
import java.io.Serializable;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The records of a CSV file with a header, gzipped or not, from any record on. In a file that is neither gzipped nor in a
 * charset like UTF-16, resuming goes to the byte where it left off and reads nothing before it but the header. A line ends
 * with LF, CRLF or CR. Whatever is wrong with the file is a {@link BrokenInputException}; reading may go on after it, with
 * the record behind the broken one, unless nothing behind it can be read. Not thread-safe.
 *
 * <pre>{@code
 * try (CsvRecords records = CsvRecords.open(file, CsvFormat.of("id", "name"), checkpoint)) {
 *     for (CsvRecord record = records.next(); record != null; record = records.next()) {
 *         …
 *     }
 * }
 * }</pre>
 */
public final class CsvRecords implements Closeable {

    private final Path file;
    private final CsvFormat format;
    private final CharsetDecoder decoder;
    private final CsvText text;
    private final long total;
    private final BrokenCsv broken;
    private final CsvScanner scanner;

    private CsvRecords(Path file, CsvFormat format, CsvText text, long total, BrokenCsv broken) {
        Charset charset = format.isScannedAsBytes() ? format.charset() : StandardCharsets.UTF_8;
        this.file = file;
        this.format = format;
        this.decoder = charset.newDecoder();
        this.text = text;
        this.total = total;
        this.broken = broken;
        this.scanner = new CsvScanner(file, format, charset, text, broken);
    }

    /**
     * Opens a file, which may be gzipped.
     *
     * @param resumeAfter where an earlier reader was, its {@link #position()}, or null to begin: what stood before that
     *     place must stand there again
     * @throws BrokenInputException if there is no such file, its header is another one, or it is not the file that was
     *     begun
     */
    public static CsvRecords open(Path file, CsvFormat format, @Nullable Serializable resumeAfter) throws IOException {
        BrokenCsv broken = new BrokenCsv(file, format);
        if (!Files.isRegularFile(file)) {
            throw broken.noFile(Files.exists(file) ? "something that is no file" : "no such file");
        }
        if (!Files.isReadable(file)) {
            throw broken.noFile("a file that may not be read");
        }
        return open(file, Files.newByteChannel(file), format, resumeAfter);
    }

    static CsvRecords open(Path file, SeekableByteChannel channel, CsvFormat format, @Nullable Serializable resumeAfter)
            throws IOException {
        try {
            BrokenCsv broken = new BrokenCsv(file, format);
            CsvText text = text(file, channel, format, broken);
            CsvRecords records = new CsvRecords(file, format, text, channel.size(), broken);
            records.readHeader();
            if (resumeAfter instanceof CsvPosition position) {
                records.scanner.goTo(position);
            } else if (resumeAfter instanceof LinePosition position) {
                records.resume(position);
            } else if (resumeAfter != null) {
                throw new IllegalArgumentException("expected the position of a CSV reader as the checkpoint for " + file
                        + ", found a " + resumeAfter.getClass().getName() + ": has the step had another reader?");
            }
            return records;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static CsvText text(Path file, SeekableByteChannel channel, CsvFormat format, BrokenCsv broken)
            throws IOException {
        boolean gzipped = CsvText.isGzipped(channel);
        if (!gzipped && BrokenCsv.isNamedGzip(file)) {
            throw broken.noGzip();
        }
        try {
            return CsvText.of(channel, format, gzipped);
        } catch (ZipException | EOFException e) {
            throw broken.noGzip(e);
        }
    }

    private void readHeader() throws IOException {
        scanner.passByteOrderMark();
        if (!scanner.hasMore()) {
            throw broken.empty();
        }
        scanner.scan();
        CsvRecord header = scanner.record();
        if (scanner.fields() != format.columns().size() || !header.fields().equals(format.columns())) {
            throw broken.otherHeader(scanner.fields());
        }
        scanner.pass();
        scanner.knowHeader();
    }

    private void resume(LinePosition position) throws IOException {
        String found = position.line() == 1 ? position.lastRow() : null;
        while (scanner.line() <= position.line() && scanner.hasMore()) {
            scanner.scan();
            found = scanner.record().text();
            scanner.pass();
        }
        if (!position.lastRow().equals(found) || scanner.line() != position.line() + 1) {
            throw broken.otherRow(position.line(), scanner.line() <= position.line());
        }
    }

    /**
     * The next record, or null behind the last one.
     *
     * @throws BrokenInputException if it is broken; the next call goes on behind it: for a quote that is never closed, on
     *     the next line
     * @throws IOError if the call before found that nothing more can be read: in gzip data that are cut off or damaged, or
     *     behind bytes that are no text of a charset like UTF-16. Not an exception, which a step may skip, and would find
     *     again for ever
     */
    public @Nullable CsvRecord next() throws IOException {
        IOException dead = scanner.dead();
        if (dead != null) {
            throw new IOError(dead);
        }
        do {
            if (!scanner.hasMore()) {
                return null;
            }
            scanner.scan();
            if (!scanner.isEmpty() || !format.emptyLines()) {
                CsvRecord record = scanner.record();
                long begin = scanner.line();
                scanner.pass();
                if (scanner.fields() != format.columns().size()) {
                    throw broken.otherFields(begin, scanner.fields(), record);
                }
                if (!scanner.isAscii() && !record.isText(decoder)) {
                    throw broken.noText(begin, null);
                }
                return record;
            }
            scanner.pass();
        } while (true);
    }

    /** Where the reader is: behind the record that {@link #next()} gave last. */
    public CsvPosition position() throws IOException {
        long offset = scanner.offset();
        Path name = file.getFileName();
        return new CsvPosition(
                offset,
                scanner.line(),
                scanner.before(),
                Math.min(text.done(offset), total),
                total,
                name == null ? file.toString() : name.toString());
    }

    @Override
    public void close() throws IOException {
        text.close();
    }
}
