package dev.reprise.internal.store;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.NodeColumns;
import dev.reprise.internal.database.Text;
import dev.reprise.state.NodeIdentity;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@code REPRISE_REQUEST}: what one node asks of another one (contract.md §8.8). Each is taken by one node or
 * withdrawn, never both: the database decides. Thread-safe.
 */
public final class Requests {

    /** After that the asker has given up, and whoever took it is not waited for. */
    static final String FORGOTTEN_AT = "current_timestamp - interval '60' second";

    private static final int WORD = 20;
    private static final int CODE = 40;

    private static final String INSERT = """
            insert into REPRISE_REQUEST
                (TO_APPLICATION, TO_NODE, KIND, JOB_EXECUTION_ID, DETAILS, CALLER, ADDRESS, ROLES, FROM_APPLICATION,
                 EXPIRES_AT)
            values (:application, :node, :kind, :execution, :details, :caller, :address,
                    :roles, :from, current_timestamp + cast(:patience as bigint) * interval '0.001' second)""";

    private static final String DUE = """
            select REQUEST_ID, TO_APPLICATION, TO_NODE, KIND, JOB_EXECUTION_ID, DETAILS, CALLER, ADDRESS, ROLES,
                   FROM_APPLICATION
              from REPRISE_REQUEST
             where TO_APPLICATION = :application and TAKEN_BY is null and (TO_NODE is null or TO_NODE = :node)
               and EXPIRES_AT > current_timestamp and (KIND <> :leftOut or :leftOut = '')
             order by REQUEST_ID
             fetch first 20 rows only""";

    private static final String TAKE = """
            update REPRISE_REQUEST set TAKEN_BY = :node, INCARNATION = :incarnation
             where REQUEST_ID = :request and TAKEN_BY is null and EXPIRES_AT > current_timestamp""";

    private static final String ANSWER = """
            update REPRISE_REQUEST set CODE = :code, ANSWER = :answer
             where REQUEST_ID = :request and TAKEN_BY = :node and INCARNATION = :incarnation""";

    private static final String LOOK = """
            select r.REQUEST_ID, r.TAKEN_BY, r.CODE, r.ANSWER,
                   case when n.INCARNATION = r.INCARNATION
                         and n.HEARTBEAT_AT > current_timestamp
                             - coalesce(n.LEASE_MILLIS, cast(:lease as bigint)) * interval '0.001' second
                        then 1 else 0 end as ALIVE
              from REPRISE_REQUEST r
              left join REPRISE_NODE n on n.APPLICATION = r.TO_APPLICATION and n.NODE_ID = r.TAKEN_BY
             where r.REQUEST_ID in (<ids>)""";

    private static final String WITHDRAW =
            "delete from REPRISE_REQUEST where REQUEST_ID = :request and TAKEN_BY is null";

    private static final String FORGET = "delete from REPRISE_REQUEST where REQUEST_ID in (<ids>)";

    private static final String SWEEP = """
            delete from REPRISE_REQUEST
             where REQUEST_ID in (select REQUEST_ID from REPRISE_REQUEST
                                   where EXPIRES_AT <\s""" + FORGOTTEN_AT + """

                                   order by EXPIRES_AT
                                   fetch first 100 rows only)""";

    private final Database database;
    private final Supplier<NodeIdentity> self;
    private final Duration lease;

    /** @param lease after which time without a report a node is dead that does not say so itself */
    public Requests(Database database, Supplier<NodeIdentity> self, Duration lease) {
        this.database = database;
        this.self = self;
        this.lease = lease;
    }

    /**
     * Who asks.
     *
     * @param roles the names of those that it has
     * @param application through whose console
     */
    public record Asker(String user, @Nullable String address, List<String> roles, String application) {

        public Asker {
            roles = List.copyOf(roles);
        }
    }

    /**
     * What is asked.
     *
     * @param application who is to do it
     * @param node which of its nodes alone may; null for any
     * @param kind in one word
     * @param details as the two sides understand them; may be empty
     */
    public record Request(
            long id,
            String application,
            @Nullable String node,
            String kind,
            long executionId,
            String details,
            Asker asker) {}

    /**
     * What became of it.
     *
     * @param code in one word
     * @param text as the two sides understand it; may be empty
     */
    public record Answer(String code, String text) {}

    /**
     * A request as it is now.
     *
     * @param takenBy the node that does it or did; null if none has come
     * @param takerAlive whether that one lives, as the one that took it
     * @param answer null if there is none yet
     */
    public record Look(
            long id,
            @Nullable String takenBy,
            boolean takerAlive,
            @Nullable Answer answer) {}

    /**
     * Asks.
     *
     * @param request whose id is not known yet
     * @param patience for how long a node may take it
     * @return its id
     */
    public long ask(Request request, Duration patience) {
        return database.inOwnTransaction(
                handle -> handle.createQuery(database.dialect().changing(INSERT, "REQUEST_ID"))
                        .bind("application", request.application())
                        .bind("node", request.node())
                        .bind("kind", Text.fit(request.kind(), WORD))
                        .bind("execution", request.executionId())
                        .bind("details", request.details())
                        .bind("caller", Text.fit(request.asker().user(), Text.SUBMITTER_COLUMN))
                        .bind("address", Text.fitOrNull(request.asker().address(), Text.SUBMITTER_COLUMN))
                        .bind("roles", String.join(",", request.asker().roles()))
                        .bind("from", request.asker().application())
                        .bind("patience", patience.toMillis())
                        .mapTo(Long.class)
                        .one());
    }

    /**
     * What this node could take now, the oldest first, a bounded number at a time.
     *
     * @param leftOut what it does not do now, and leaves to others; empty for nothing
     */
    public List<Request> due(String leftOut) {
        NodeIdentity here = self.get();
        return database.read(handle -> handle.createQuery(DUE)
                .bind("application", here.application())
                .bind("node", here.name())
                .bind("leftOut", leftOut)
                .map((row, context) -> request(row))
                .list());
    }

    private static Request request(ResultSet row) throws SQLException {
        return new Request(
                row.getLong("REQUEST_ID"),
                row.getString("TO_APPLICATION"),
                row.getString("TO_NODE"),
                row.getString("KIND"),
                row.getLong("JOB_EXECUTION_ID"),
                row.getString("DETAILS"),
                new Asker(
                        row.getString("CALLER"),
                        row.getString("ADDRESS"),
                        List.of(row.getString("ROLES").split(",")),
                        row.getString("FROM_APPLICATION")));
    }

    /** Takes a request upon this node; false if another one has it, or it was withdrawn or has expired. */
    public boolean take(long request) {
        return database.inOwnTransaction(handle -> handle.createUpdate(TAKE)
                        .bind("request", request)
                        .bindMap(NodeColumns.of(self.get()))
                        .execute())
                == 1;
    }

    /** Says what became of a request that this node took; does it again where the connection breaks. */
    public void answer(long request, Answer answer) {
        NodeIdentity here = self.get();
        database.doIdempotently(handle -> handle.createUpdate(ANSWER)
                .bind("request", request)
                .bind("code", Text.fit(answer.code(), CODE))
                .bind("answer", answer.text().replace('\u0000', '\uFFFD'))
                .bindMap(NodeColumns.of(here))
                .execute());
    }

    /** How some requests are; those that are gone are missing. */
    public List<Look> look(Collection<Long> requests) {
        return requests.isEmpty()
                ? List.of()
                : database.read(handle -> handle.createQuery(LOOK)
                        .bind("lease", lease.toMillis())
                        .bindList("ids", List.copyOf(requests))
                        .map((row, context) -> {
                            String code = row.getString("CODE");
                            return new Look(
                                    row.getLong("REQUEST_ID"),
                                    row.getString("TAKEN_BY"),
                                    row.getInt("ALIVE") == 1,
                                    code == null ? null : new Answer(code, row.getString("ANSWER")));
                        })
                        .list());
    }

    /** Takes a request back; false if a node has taken it, or it is gone. */
    public boolean withdraw(long request) {
        return database.inOwnTransaction(handle ->
                        handle.createUpdate(WITHDRAW).bind("request", request).execute())
                == 1;
    }

    /** Removes requests whose answers were read. */
    public void forget(Collection<Long> requests) {
        if (!requests.isEmpty()) {
            database.doIdempotently(handle -> handle.createUpdate(FORGET)
                    .bindList("ids", List.copyOf(requests))
                    .execute());
        }
    }

    /**
     * Removes what has expired a minute ago and its asker left, a bounded number at a time.
     *
     * @return how many
     */
    public int sweep() {
        return database.inOwnTransaction(handle -> handle.createUpdate(SWEEP).execute());
    }
}
