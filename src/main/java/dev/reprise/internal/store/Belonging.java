package dev.reprise.internal.store;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Whose an instance is.
 *
 * @param application empty: nobody's
 */
public record Belonging(long instanceId, String jobName, String application) {

    static Belonging of(ResultSet row) throws SQLException {
        return new Belonging(row.getLong(1), row.getString(2), row.getString(3));
    }
}
