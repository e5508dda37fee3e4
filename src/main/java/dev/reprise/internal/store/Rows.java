package dev.reprise.internal.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** What rows of several tables have in common. */
final class Rows {

    private Rows() {}

    /** The tables' times are the database's, in the zone that this JVM and Spring Batch's have in common. */
    static @Nullable Date date(ResultSet row, String column) throws SQLException {
        LocalDateTime time = row.getObject(column, LocalDateTime.class);
        return time == null
                ? null
                : Date.from(time.atZone(ZoneId.systemDefault()).toInstant());
    }
}
