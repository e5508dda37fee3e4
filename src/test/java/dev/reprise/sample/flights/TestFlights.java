package dev.reprise.sample.flights;

import jakarta.batch.api.partition.PartitionPlan;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Files of flights, and the job's chunks one after the other without an engine. */
final class TestFlights {

    static final Path AIRPORTS = Path.of("data/airports.csv");
    static final String HEADER = "flight_id,departure,delay_minutes,distance_miles,origin,destination\n";

    private static final List<String> CODES =
            List.of("ATL", "BOS", "DEN", "JFK", "LAX", "MIA", "ORD", "SEA", "SFO", "TUL");

    private TestFlights() {}

    static Path gzip(Path file, String text) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    /** Rows of January 2001 of ten airports of quite different size, one in 50 against a rule. */
    static String random(int rows) {
        Random random = new Random(20010101);
        StringBuilder text = new StringBuilder(HEADER);
        for (int i = 1; i <= rows; i++) {
            String origin = CODES.get((int) (CODES.size() * Math.pow(random.nextDouble(), 2)));
            String destination = CODES.get(random.nextInt(CODES.size()));
            int delay = (int) (random.nextGaussian() * 20) + random.nextInt(30) * random.nextInt(3);
            int distance = 100 + random.nextInt(2000);
            String month = "2001-01";
            switch (random.nextInt(200)) {
                case 0 -> destination = "???";
                case 1 -> distance = -random.nextInt(2);
                case 2 -> delay = random.nextBoolean() ? -121 : 2881;
                case 3 -> month = "2001-02";
                default -> {}
            }
            text.append(String.format(
                    "%d,%s-%02dT%02d:%02d,%d,%d,%s,%s%n",
                    i, month, 1 + i * 27 / rows, i % 24, i % 60, delay, distance, origin, destination));
        }
        return text.toString();
    }

    /** Step load from this checkpoint on; gives the checkpoint of each chunk. */
    static List<Serializable> load(
            FlightTables tables, Path file, String month, int itemCount, @Nullable Serializable checkpoint)
            throws IOException, SQLException {
        List<Serializable> checkpoints = new ArrayList<>();
        FlightReader reader = new FlightReader(file);
        FlightValidator validator = new FlightValidator(month, AIRPORTS);
        reader.open(checkpoint);
        try {
            List<Object> chunk = new ArrayList<>();
            for (FlightRow row = reader.readItem(); row != null; row = reader.readItem()) {
                chunk.add(validator.processItem(row));
                if (chunk.size() == itemCount) {
                    writeChunk(tables, month, chunk);
                    checkpoints.add(reader.checkpointInfo());
                    chunk = new ArrayList<>();
                }
            }
            if (!chunk.isEmpty()) {
                writeChunk(tables, month, chunk);
                checkpoints.add(reader.checkpointInfo());
            }
        } finally {
            reader.close();
        }
        return checkpoints;
    }

    /** In a transaction of its own, unless there is one. */
    private static void writeChunk(FlightTables tables, String month, List<Object> chunk) throws SQLException {
        try (Connection connection = tables.dataSource().getConnection()) {
            boolean own = connection.getAutoCommit();
            connection.setAutoCommit(false);
            new FlightWriter(TestDatabase.inTransaction(connection), month).writeItems(chunk);
            if (own) {
                connection.commit();
            }
        }
    }

    /** Step summarise, one partition after the other; gives each partition's airports. */
    static List<List<Object>> summarise(FlightTables tables, String month, int partitions) throws SQLException {
        PartitionPlan plan = new OriginRanges(tables, month, Integer.toString(partitions), "2").mapPartitions();
        List<List<Object>> all = new ArrayList<>();
        for (int i = 0; i < plan.getPartitions(); i++) {
            OriginReader reader = new OriginReader(
                    tables,
                    month,
                    plan.getPartitionProperties()[i].getProperty("fromOrigin"),
                    plan.getPartitionProperties()[i].getProperty("toOrigin"));
            List<Object> read = readAll(reader, null);
            all.add(read);
            for (int from = 0; from < read.size(); from += 3) {
                new SummaryWriter(tables, month).writeItems(read.subList(from, Math.min(from + 3, read.size())));
            }
        }
        return all;
    }

    static List<Object> readAll(OriginReader reader, @Nullable Serializable checkpoint) throws SQLException {
        List<Object> read = new ArrayList<>();
        reader.open(checkpoint);
        for (String origin = reader.readItem(); origin != null; origin = reader.readItem()) {
            read.add(origin);
        }
        return read;
    }
}
