package dev.reprise.bench.peer;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The flights of a CSV file with a header, from any line on: lines before it are read and left out. Not thread-safe. */
public final class FlightLines implements Closeable {

    private final BufferedReader reader;
    private long position;

    /** @param skip how many flights are left out: the position that an earlier reader had */
    public FlightLines(Path file, long skip) throws IOException {
        reader = Files.newBufferedReader(file);
        reader.readLine();
        while (position < skip) {
            if (reader.readLine() == null) {
                throw new EOFException(file + " has no line " + skip);
            }
            ImportWatch.skipped();
            position++;
        }
    }

    /** The next flight; null at the end. */
    public @Nullable Flight next() throws IOException {
        String line = reader.readLine();
        if (line == null) {
            return null;
        }
        position++;
        ImportWatch.read(position);
        return Flight.parse(line);
    }

    /** How many flights have been read or left out. */
    public long position() {
        return position;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
