package dev.reprise.internal.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * A text as the driver takes it, for what every launch and every chunk does: Jdbi would copy its configuration and look
 * the parameters up anew each time, which costs more than they do.
 *
 * @param parameters the name of each place in the text, in order
 */
public record Sql(String text, List<String> parameters) {

    /** The types of those that may be null, and are no texts. */
    private static final Map<String, Integer> NULLS = Map.of(
            "partition", Types.INTEGER,
            "partitionOf", Types.BIGINT,
            "reader", Types.BINARY,
            "writer", Types.BINARY,
            "userData", Types.BINARY);

    private static final Pattern PARAMETER = Pattern.compile(":(\\w+)");

    public static Sql of(String named) {
        List<String> parameters =
                PARAMETER.matcher(named).results().map(found -> found.group(1)).toList();
        return new Sql(PARAMETER.matcher(named).replaceAll("?"), parameters);
    }

    public PreparedStatement sent(Connection connection, Map<String, @Nullable Object> values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(text);
        try {
            for (int i = 0; i < parameters.size(); i++) {
                String name = parameters.get(i);
                if (!values.containsKey(name)) {
                    throw new IllegalArgumentException("nothing is bound to " + name);
                }
                bind(statement, i + 1, name, values.get(name));
            }
            statement.execute();
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }

    /** A null without a type, or an answer of a length that varies, makes the driver ask and commit in between. */
    private static void bind(PreparedStatement statement, int position, String name, @Nullable Object value)
            throws SQLException {
        if (value == null) {
            statement.setNull(position, NULLS.getOrDefault(name, Types.VARCHAR));
        } else {
            statement.setObject(position, value);
        }
    }

    /**
     * How many rows it changed.
     *
     * @throws IllegalStateException if the database refuses
     */
    public int update(Connection connection, Map<String, @Nullable Object> values) {
        try (PreparedStatement sent = sent(connection, values)) {
            return sent.getUpdateCount();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Who asked looks for the cause, as of an exception of Jdbi. */
    public static RuntimeException failed(SQLException e) {
        return new IllegalStateException("the database failed: " + e.getMessage(), e);
    }

    /** What a row says. */
    @FunctionalInterface
    public interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    /** The row that the last statement of the text answers, if it does; the tables are where the handle's are. */
    public <T> Optional<T> answer(Handle handle, Map<String, @Nullable Object> values, Row<T> mapper) {
        try (PreparedStatement sent = here(handle).sent(handle.getConnection(), values)) {
            ResultSet last = sent.getResultSet();
            while (sent.getMoreResults(Statement.KEEP_CURRENT_RESULT) || sent.getUpdateCount() != -1) {
                last = sent.getResultSet();
            }
            return last != null && last.next() ? Optional.of(mapper.of(last)) : Optional.empty();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** The text for where the tables of a handle are. */
    public Sql here(Handle handle) {
        return handle.getConfig(Tables.Place.class).tables().qualified(this);
    }
}
