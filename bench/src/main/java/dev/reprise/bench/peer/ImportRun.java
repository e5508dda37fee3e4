package dev.reprise.bench.peer;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * An import as the bench asks for it.
 *
 * @param file the flights, or with several partitions what {@link #files} completes
 * @param rows how many flights there have to be in the end
 * @param chunk items in a chunk
 * @param partitions how many parts are imported at the same time; 1: no partitions at all
 * @param how {@link #SHARED}, {@link #OWN}, {@link #OWN_WRITER} or {@link #DISTRIBUTED}
 */
public record ImportRun(String file, long rows, int chunk, int partitions, String how) {

    /** The bench's reader, and its batch of inserts. */
    public static final String SHARED = "shared";

    /** The peer's own reader and writer. */
    public static final String OWN = "own";

    /** The bench's reader, and the peer's own writer. */
    public static final String OWN_WRITER = "own-writer";

    /** As {@link #SHARED}, and any node may run the partitions. */
    public static final String DISTRIBUTED = "distributed";

    /** Where connections come from. */
    @FunctionalInterface
    public interface Connections {
        Connection open() throws SQLException;
    }

    /** Reads the question. */
    public static ImportRun of(Question question) {
        return new ImportRun(
                question.text("file"),
                Long.parseLong(question.text("rows")),
                question.number("chunk"),
                question.number("partitions"),
                question.settings().getOrDefault("how", SHARED));
    }

    /** The files of the partitions. */
    public List<Path> files() {
        if (partitions == 1) {
            return List.of(Path.of(file));
        }
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            files.add(ofPartition(file, i, partitions));
        }
        return files;
    }

    /** The file of one of several partitions. */
    public static Path ofPartition(String file, int partition, int partitions) {
        return Path.of(file.replace(".csv", "-" + (partition + 1) + "of" + partitions + ".csv"));
    }

    /** Imports once, and sees that every row arrived. */
    public Answer measure(Connections connections, Callable<?> run) throws Exception {
        empty(connections);
        ImportWatch.begin(Long.MAX_VALUE);
        run.call();
        Answer answer = ImportWatch.end();
        check(connections);
        return answer;
    }

    /** Imports until a line at 90 %, which cannot be read, and then again; measures the second run. */
    public Answer measureRestart(Connections connections, Callable<?> failing, Callable<?> restart) throws Exception {
        empty(connections);
        ImportWatch.begin(rows * 9 / 10);
        failing.call();
        ImportWatch.begin(Long.MAX_VALUE);
        restart.call();
        Answer answer = ImportWatch.end();
        check(connections);
        return answer;
    }

    private static void empty(Connections connections) throws SQLException {
        try (Connection connection = connections.open()) {
            FlightTable.empty(connection);
        }
    }

    private void check(Connections connections) throws SQLException {
        try (Connection connection = connections.open()) {
            long there = FlightTable.count(connection);
            if (there != rows) {
                throw new IllegalStateException("there are " + there + " flights instead of " + rows);
            }
        }
    }
}
