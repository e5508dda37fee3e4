package dev.reprise.sample.flights;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Step {@code summarise}: the codes of the airports in one range from which flights left, with one query. */
@Dependent
@Named
class OriginReader extends AbstractItemReader {

    private static final String ORIGINS = """
            select distinct ORIGIN
              from FLIGHT
             where FLIGHT_MONTH = ? and ORIGIN >= ? and ORIGIN > ?%s
             order by ORIGIN""";

    private static final String ORIGINS_TO_THE_LAST = String.format(ORIGINS, "");
    private static final String ORIGINS_UP_TO = String.format(ORIGINS, " and ORIGIN < ?");

    private final FlightTables tables;
    private final String month;
    private final String fromOrigin;
    private final String toOrigin;
    private List<String> origins = List.of();
    private OriginPosition position = new OriginPosition("", 0, 0);
    private int next;

    @Inject
    OriginReader(
            FlightTables tables,
            @BatchProperty(name = "month") String month,
            @BatchProperty(name = "fromOrigin") @Nullable String fromOrigin,
            @BatchProperty(name = "toOrigin") @Nullable String toOrigin) {
        this.tables = tables;
        this.month = month;
        this.fromOrigin = fromOrigin == null ? "" : fromOrigin;
        this.toOrigin = toOrigin == null ? "" : toOrigin;
    }

    @Override
    public void open(@Nullable Serializable checkpoint) throws SQLException {
        OriginPosition from = checkpoint == null ? new OriginPosition("", 0, 0) : (OriginPosition) checkpoint;
        origins = originsAfter(from.lastOrigin());
        position = new OriginPosition(from.lastOrigin(), from.done(), from.done() + origins.size());
        next = 0;
    }

    private List<String> originsAfter(String lastOrigin) throws SQLException {
        List<String> after = new ArrayList<>();
        try (Connection connection = tables.dataSource().getConnection();
                PreparedStatement select =
                        connection.prepareStatement(toOrigin.isEmpty() ? ORIGINS_TO_THE_LAST : ORIGINS_UP_TO)) {
            select.setString(1, month);
            select.setString(2, fromOrigin);
            select.setString(3, lastOrigin);
            if (!toOrigin.isEmpty()) {
                select.setString(4, toOrigin);
            }
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    after.add(row.getString("ORIGIN"));
                }
            }
        }
        return after;
    }

    @Override
    public @Nullable String readItem() {
        if (next == origins.size()) {
            return null;
        }
        String origin = origins.get(next++);
        position = new OriginPosition(origin, position.done() + 1, position.total());
        return origin;
    }

    @Override
    public OriginPosition checkpointInfo() {
        return position;
    }
}
