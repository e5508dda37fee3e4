package dev.reprise.internal.database;

import dev.reprise.state.NodeIdentity;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What the databases do differently: taking an instance for oneself, ending what another process holds, and making tables. One
 * class for each database.
 */
public interface Dialect {

    /** An instance that is ours alone until the transaction ends, and the id of the execution that it is for. */
    record Acquired(long instanceId, long executionId) {}

    /**
     * Finds or inserts the instance and inserts the row that says it is ours. Whoever is second waits for the first to
     * commit.
     *
     * @return null if somebody else has it, or may have it: look and decide anew
     * @throws org.jdbi.v3.core.JdbiException with SQLState class 23 (on H2) for the same reason
     */
    @Nullable
    Acquired acquire(Handle handle, String job, String key, NodeIdentity node);

    /** The same for an instance that is known to exist. */
    @Nullable
    Acquired acquire(Handle handle, long instance, NodeIdentity node);

    /** The SQL expression that gives the next id of a step execution. */
    String nextStepExecutionId();

    /** A query that inserts or updates, and gives these columns of what it has changed. */
    String changing(String change, String columns);

    /** A query for what some nodes own as incarnations below a number. */
    String leftOver();

    /** The SQL expression that gives the name by which sessions of this process can be found, or null. */
    String sessionName();

    /**
     * Ends the sessions of a dead node that are in a transaction, and so its transactions.
     *
     * @return how many
     */
    int endSessions(Handle handle, NodeIdentity dead, Duration lease);

    /** Lets the transaction of the handle wait for locks for a few seconds and no longer. */
    void limitWaitForLocks(Handle handle);

    /** Sessions that hold locks in the repository's tables for longer than that, as people find them; a few of the oldest. */
    List<String> lockHolders(Handle handle);

    /** The sessions of this process that wait for a lock for so long at the least, each with one that holds it. */
    List<LockWaits.Wait> lockWaits(Handle handle, Duration atLeast);

    /**
     * Keeps everybody from launching instances until the transaction ends: a launch of one waits.
     *
     * @return those that nobody is launching right now; the others are not kept
     * @throws org.jdbi.v3.core.JdbiException with SQLState class 23 if somebody was launching one: try again
     */
    List<Long> keepLaunchesOff(Handle handle, Long[] instances, NodeIdentity node);

    /** To be called before instances are deleted that launches were kept off from. */
    void letLaunchesIn(Handle handle, Long[] instances);

    /**
     * The greatest ids that are found for any of some names, greatest first. An index that begins with an application, and maybe a
     * job, has the order of what follows them for one alone, so each is looked at by itself.
     *
     * @param ofOne queries; each gives ids alone, in the order of an index, and ends with a limit
     * @param each what the queries say, and which names stand there one after the other: all with all
     * @param bindings of what else they say
     */
    List<Long> greatestOfEach(
            Handle handle, List<String> ofOne, Map<String, List<String>> each, Map<String, ?> bindings, int limit);

    /** The name that it gives itself, and by which migrations mark lines as its own. */
    String product();

    /** The name of a schema that stands in no quotes, as the database has it. */
    String folded(String schema);

    /** Whether several processes may take rows at a time without waiting for each other. */
    boolean letsManyTake();

    /** Whether the way to the database keeps the statements of one text together; a pooler between may not. */
    boolean takesSeveralAtOnce(Handle handle);

    /** Whether sessions can say something to each other: {@link Channel}. */
    boolean notifies();

    /** A data source by which tables are made. */
    DataSource forDdl(DataSource dataSource);

    /** Whether a migration that fails is there in part. */
    boolean commitsDdlByItself();

    static Dialect of(DataSource dataSource) {
        return of(new Connections(dataSource));
    }

    static Dialect of(Connections connections) {
        try (Connection connection = connections.openConnection()) {
            String product = connection.getMetaData().getDatabaseProductName();
            return switch (product) {
                case H2.PRODUCT -> new H2();
                case PostgreSql.PRODUCT -> new PostgreSql();
                default ->
                    throw new IllegalStateException("The job repository runs on H2 and PostgreSQL; its data source"
                            + " leads to " + product + ". Give it a data source of its own: data-source in"
                            + " META-INF/reprise.properties names it.");
            };
        } catch (SQLException e) {
            throw doesNotAnswer(e);
        }
    }

    /** What somebody can do where no connection is to be had. */
    static IllegalStateException doesNotAnswer(SQLException e) {
        return new IllegalStateException(
                "The job repository's database does not answer: " + e.getMessage() + ". Is it up, and are URL, user"
                        + " and password of the data source right?",
                e);
    }
}
