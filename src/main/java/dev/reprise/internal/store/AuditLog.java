package dev.reprise.internal.store;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.Text;
import dev.reprise.state.AuditEntry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Who did what: rows are added and read, never changed. Thread-safe. */
public final class AuditLog {

    private static final int NAME = 20;

    private static final String APPEND = """
            insert into REPRISE_AUDIT
                (APPLICATION, RECORDED_AT, CALLER, ADDRESS, ACTION, JOB_NAME, JOB_INSTANCE_ID, JOB_EXECUTION_ID,
                 OUTCOME, DETAIL)
            values (:application, current_timestamp, :caller, :address, :action, :job, :instance, :execution,
                    :outcome, :detail)""";

    private static final String PAGE_OF_ONE = """
            select AUDIT_ID, RECORDED_AT, CALLER, ADDRESS, ACTION, JOB_NAME, JOB_INSTANCE_ID, JOB_EXECUTION_ID,
                   OUTCOME, DETAIL
              from REPRISE_AUDIT
             where APPLICATION between :scope and :scope and AUDIT_ID < :before <conditions>
             order by APPLICATION desc, AUDIT_ID desc
             fetch first :limit rows only""";

    private static final String PAGE = """
            select * from (
            <each>) a
             order by AUDIT_ID desc
             fetch first :limit rows only""";

    /** Looks at a bounded number of entries. */
    private static final String REFUSED = """
            select JOB_NAME, JOB_INSTANCE_ID, max(JOB_EXECUTION_ID) as EXECUTION, max(DETAIL) as DETAIL, count(*) as TIMES
              from (select JOB_NAME, JOB_INSTANCE_ID, JOB_EXECUTION_ID, DETAIL, OUTCOME, RECORDED_AT
                      from REPRISE_AUDIT
                     where APPLICATION between :application and :application
                     order by APPLICATION desc, AUDIT_ID desc fetch first 1000 rows only) newest
             where OUTCOME = 'refused' and JOB_INSTANCE_ID is not null
               and RECORDED_AT > current_timestamp - interval '1' day
             group by JOB_NAME, JOB_INSTANCE_ID
            having count(*) >= :times
             order by count(*) desc
             fetch first 1000 rows only""";

    private final Database database;
    private final Scope scope;
    private final String page;

    /**
     * @param scope whose entries are read
     */
    public AuditLog(Database database, Scope scope) {
        this.database = database;
        this.scope = scope.ofApplications();
        this.page = PAGE.replace("<each>", this.scope.each(PAGE_OF_ONE));
    }

    /** That of another application. */
    public AuditLog of(String application) {
        return new AuditLog(database, Scope.of(application, Set.of()));
    }

    /** Adds an entry, in a transaction of its own; its id and time are the database's, whatever the entry says. */
    public void append(AuditEntry entry) {
        database.doInOwnTransaction(handle -> handle.createUpdate(APPEND)
                .bind("application", scope.own())
                .bind("caller", Text.fit(entry.user(), Text.SUBMITTER_COLUMN))
                .bind("address", Text.fitOrNull(entry.address(), Text.SUBMITTER_COLUMN))
                .bind("action", Text.fit(entry.action(), NAME))
                .bind("job", Text.fitOrNull(entry.job(), Text.NAME_COLUMN))
                .bind("instance", entry.instanceId())
                .bind("execution", entry.executionId())
                .bind("outcome", Text.fit(entry.outcome(), NAME))
                .bind("detail", Text.fitOrNull(entry.detail(), Text.TEXT_COLUMN))
                .execute());
    }

    /**
     * A page of the entries of this application and of those that it shares with, newest first.
     *
     * @param caller whose; null for anybody's
     * @param executionId about which execution; null for any
     * @param before the page begins below this id; {@link Long#MAX_VALUE} for the first one
     */
    public List<AuditEntry> page(@Nullable String caller, @Nullable Long executionId, long before, int limit) {
        return database.read(handle -> {
            List<String> conditions = new ArrayList<>();
            if (caller != null) {
                conditions.add("and CALLER = :caller");
            }
            if (executionId != null) {
                conditions.add("and JOB_EXECUTION_ID = :execution");
            }
            Query query = handle.createQuery(page)
                    .bindMap(scope.bindings())
                    .define("conditions", String.join(" ", conditions))
                    .bind("before", before)
                    .bind("limit", limit);
            if (caller != null) {
                query.bind("caller", caller);
            }
            if (executionId != null) {
                query.bind("execution", executionId);
            }
            return query.map((row, context) -> entry(row)).list();
        });
    }

    /**
     * An instance that was refused again and again.
     *
     * @param times within a day
     * @param detail one of the reasons
     */
    public record Refused(
            String job, long instanceId, @Nullable Long executionId, String detail, int times) {}

    /** The instances whose launch was refused that often within a day, among the newest entries. */
    public List<Refused> refused(int times) {
        return database.read(handle -> handle.createQuery(REFUSED)
                .bind("application", scope.own())
                .bind("times", times)
                .map((row, context) -> new Refused(
                        row.getString("JOB_NAME"),
                        row.getLong("JOB_INSTANCE_ID"),
                        row.getObject("EXECUTION", Long.class),
                        row.getString("DETAIL"),
                        row.getInt("TIMES")))
                .list());
    }

    private static AuditEntry entry(ResultSet row) throws SQLException {
        return new AuditEntry(
                row.getLong("AUDIT_ID"),
                row.getTimestamp("RECORDED_AT").toInstant(),
                row.getString("CALLER"),
                row.getString("ADDRESS"),
                row.getString("ACTION"),
                row.getString("JOB_NAME"),
                row.getObject("JOB_INSTANCE_ID", Long.class),
                row.getObject("JOB_EXECUTION_ID", Long.class),
                row.getString("OUTCOME"),
                row.getString("DETAIL"));
    }
}
