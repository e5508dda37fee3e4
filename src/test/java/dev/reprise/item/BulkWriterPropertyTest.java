package dev.reprise.item;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;

/** Whichever rows of a chunk are bad: exactly those are refused, and all others are in. */
class BulkWriterPropertyTest {

    private static final Map<BulkDatabase, Connection> CONNECTIONS = new EnumMap<>(BulkDatabase.class);

    /** Negative ones are against a rule of the table; of the same ones the first is good. */
    private static final BulkWriter<Integer> WRITER =
            new BulkWriter<>(BulkTable.<Integer>named("CHUNK").column("N", n -> n));

    @Property(tries = 150)
    void refusesExactlyTheBadOnes(
            @ForAll BulkDatabase database,
            @ForAll @Size(min = 1, max = 60) List<@IntRange(min = -10, max = 200) Integer> rows)
            throws SQLException {
        Connection connection = connection(database);
        BulkDatabase.execute(connection, "delete from CHUNK");
        Map<Integer, Integer> good = new LinkedHashMap<>();
        List<String> bad = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i) < 0 || good.putIfAbsent(rows.get(i), i) != null) {
                bad.add(i + ": " + rows.get(i));
            }
        }
        List<String> refused = new ArrayList<>();

        int count = WRITER.write(
                connection, rows, rows.size(), (same, item, index, reason) -> refused.add(index + ": " + item));

        assertThat(refused).isEqualTo(bad).hasSize(count);
        assertThat(BulkDatabase.rows(connection, "select N from CHUNK"))
                .containsExactlyInAnyOrderElementsOf(
                        good.keySet().stream().map(String::valueOf).toList());
        connection.commit();
    }

    private static Connection connection(BulkDatabase database) throws SQLException {
        Connection connection = CONNECTIONS.get(database);
        if (connection == null) {
            connection = database.connect();
            BulkDatabase.execute(connection, "create table CHUNK (N integer primary key check (N >= 0))");
            CONNECTIONS.put(database, connection);
        }
        return connection;
    }

    @AfterContainer
    static void close() throws SQLException {
        for (Connection connection : CONNECTIONS.values()) {
            connection.close();
        }
        CONNECTIONS.clear();
    }
}
