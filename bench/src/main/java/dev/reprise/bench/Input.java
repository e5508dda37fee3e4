package dev.reprise.bench;

import dev.reprise.bench.peer.ImportRun;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** The flights that are imported: those in {@code data/}, again and again under new numbers until there are enough. */
final class Input {

    private final Folders folders;
    private final List<String> flights = new ArrayList<>();

    Input(Folders folders) {
        this.folders = folders;
    }

    /** A file with that many flights, and beside it the same in parts of equal size. */
    Path file(int rows, int partitions) {
        Path file = folders.target().resolve("input/flights-" + rows + ".csv");
        try {
            Files.createDirectories(file.getParent());
            write(file, 0, rows);
            for (int i = 0; partitions > 1 && i < partitions; i++) {
                write(ImportRun.ofPartition(file.toString(), i, partitions), (int) ((long) rows * i / partitions), (int)
                        ((long) rows * (i + 1) / partitions));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    private void write(Path file, int from, int to) throws IOException {
        if (Files.exists(file)) {
            return;
        }
        if (flights.isEmpty()) {
            read();
        }
        Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        try (BufferedWriter out = Files.newBufferedWriter(unfinished)) {
            out.write("flight_id,departure,delay_minutes,distance_miles,origin,destination\n");
            for (int i = from; i < to; i++) {
                out.write(Integer.toString(i + 1));
                out.write(flights.get(i % flights.size()));
                out.write('\n');
            }
        }
        Files.move(unfinished, file);
    }

    private void read() throws IOException {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(folders.project().resolve("data/flights-2001-01.csv.gz"))),
                StandardCharsets.UTF_8))) {
            in.readLine();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                flights.add(line.substring(line.indexOf(',')));
            }
        }
    }
}
