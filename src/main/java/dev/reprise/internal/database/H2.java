package dev.reprise.internal.database;

import dev.reprise.state.NodeIdentity;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/** H2, in a file that one process has for itself. */
final class H2 implements Dialect {

    static final String PRODUCT = "H2";

    private static final String FIND_INSTANCE = """
            select JOB_INSTANCE_ID from BATCH_JOB_INSTANCE where JOB_NAME = :job and JOB_KEY = :key""";

    private static final String INSERT_INSTANCE = """
            select JOB_INSTANCE_ID from final table (
                insert into BATCH_JOB_INSTANCE (JOB_INSTANCE_ID, VERSION, JOB_NAME, JOB_KEY, REPRISE_APPLICATION)
                values (next value for BATCH_JOB_INSTANCE_SEQ, 0, :job, :key, :application))""";

    private static final String INSERT_OWNER = """
            select JOB_EXECUTION_ID from final table (
                insert into REPRISE_OWNER
                    (JOB_INSTANCE_ID, JOB_EXECUTION_ID, APPLICATION, NODE_ID, INCARNATION, ACQUIRED_AT)
                values (:instance, next value for BATCH_JOB_EXECUTION_SEQ,
                        :application, :node, :incarnation, current_timestamp))""";

    private static final String OWN_ALL = """
            insert into REPRISE_OWNER
                (JOB_INSTANCE_ID, JOB_EXECUTION_ID, APPLICATION, NODE_ID, INCARNATION, ACQUIRED_AT)
            select i.JOB_INSTANCE_ID, -i.JOB_INSTANCE_ID, :application, :node, :incarnation, current_timestamp
              from BATCH_JOB_INSTANCE i
             where i.JOB_INSTANCE_ID = any(:instances)
               and not exists (select 1 from REPRISE_OWNER o where o.JOB_INSTANCE_ID = i.JOB_INSTANCE_ID)""";

    private static final String OWNED = """
            select JOB_INSTANCE_ID from REPRISE_OWNER
             where JOB_INSTANCE_ID = any(:instances) and JOB_EXECUTION_ID < 0""";

    private static final String GIVE_UP_ALL = """
            delete from REPRISE_OWNER where JOB_INSTANCE_ID = any(:instances) and JOB_EXECUTION_ID < 0""";

    @Override
    public Acquired acquire(Handle handle, String job, String key, NodeIdentity node) {
        Optional<Long> found = handle.createQuery(FIND_INSTANCE)
                .bind("job", job)
                .bind("key", key)
                .mapTo(Long.class)
                .findOne();
        long instance = found.isPresent()
                ? found.get()
                : handle.createQuery(INSERT_INSTANCE)
                        .bind("job", job)
                        .bind("key", key)
                        .bind("application", node.application())
                        .mapTo(Long.class)
                        .one();
        return acquire(handle, instance, node);
    }

    @Override
    public Acquired acquire(Handle handle, long instance, NodeIdentity node) {
        long execution = handle.createQuery(INSERT_OWNER)
                .bind("instance", instance)
                .bindMap(NodeColumns.of(node))
                .mapTo(Long.class)
                .one();
        return new Acquired(instance, execution);
    }

    @Override
    public String nextStepExecutionId() {
        return "next value for BATCH_STEP_EXECUTION_SEQ";
    }

    @Override
    public String changing(String change, String columns) {
        return "select " + columns + " from final table (\n" + change + ")";
    }

    @Override
    public String leftOver() {
        return """
                select o.JOB_INSTANCE_ID, o.JOB_EXECUTION_ID, o.APPLICATION, o.NODE_ID, o.INCARNATION, 0 as ALIVE
                  from unnest(cast(:applications as varchar array), cast(:names as varchar array),
                              cast(:living as bigint array)) as SUSPECT (APPLICATION, NAME, LIVING)
                  join REPRISE_OWNER o on o.APPLICATION = SUSPECT.APPLICATION and o.NODE_ID = SUSPECT.NAME
                   and o.INCARNATION < SUSPECT.LIVING""";
    }

    /** One after the other: H2 knows nothing lateral, and reads a query of many again at each of its levels, and keeps that. */
    @Override
    public List<Long> greatestOfEach(
            Handle handle, List<String> ofOne, Map<String, List<String>> each, Map<String, ?> bindings, int limit) {
        List<Map<String, String>> all = List.of(Map.of());
        for (Map.Entry<String, List<String>> one : each.entrySet()) {
            all = all.stream()
                    .flatMap(names -> one.getValue().stream().map(name -> {
                        Map<String, String> more = new HashMap<>(names);
                        more.put(one.getKey(), name);
                        return more;
                    }))
                    .collect(Collectors.toList());
        }
        return all.stream()
                .flatMap(names -> ofOne.stream()
                        .flatMap(query ->
                                handle
                                        .createQuery(query)
                                        .bindMap(names)
                                        .bindMap(bindings)
                                        .mapTo(Long.class)
                                        .list()
                                        .stream()))
                .sorted(Comparator.reverseOrder())
                .limit(limit)
                .toList();
    }

    @Override
    public String sessionName() {
        return "cast(null as varchar)";
    }

    /** An H2 file has one process, whose sessions end with it. */
    @Override
    public int endSessions(Handle handle, NodeIdentity dead, Duration lease) {
        return 0;
    }

    /** The URL of the data source says how long. */
    @Override
    public void limitWaitForLocks(Handle handle) {}

    @Override
    public List<String> lockHolders(Handle handle) {
        return List.of();
    }

    @Override
    public List<LockWaits.Wait> lockWaits(Handle handle, Duration atLeast) {
        return List.of();
    }

    /** As a launch does: a foreign key of H2 keeps nobody from deleting what another transaction refers to. */
    @Override
    public List<Long> keepLaunchesOff(Handle handle, Long[] instances, NodeIdentity node) {
        handle.registerArrayType(Long.class, "bigint")
                .createUpdate(OWN_ALL)
                .bind("instances", instances)
                .bindMap(NodeColumns.of(node))
                .execute();
        return handle.createQuery(OWNED)
                .bind("instances", instances)
                .mapTo(Long.class)
                .list();
    }

    @Override
    public void letLaunchesIn(Handle handle, Long[] instances) {
        handle.createUpdate(GIVE_UP_ALL).bind("instances", instances).execute();
    }

    @Override
    public boolean letsManyTake() {
        return false;
    }

    @Override
    public String product() {
        return PRODUCT;
    }

    @Override
    public String folded(String schema) {
        return schema.toUpperCase(Locale.ROOT);
    }

    @Override
    public boolean takesSeveralAtOnce(Handle handle) {
        return false;
    }

    /** What makes tables waits for who uses the system's. */
    @Override
    public boolean notifies() {
        return false;
    }

    @Override
    public DataSource forDdl(DataSource dataSource) {
        return PatientDdl.on(dataSource);
    }

    @Override
    public boolean commitsDdlByItself() {
        return true;
    }
}
