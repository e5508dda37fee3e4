package dev.reprise.internal.store;

import dev.reprise.identity.JobIdentity;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.Dialect.Acquired;
import dev.reprise.internal.database.NodeColumns;
import dev.reprise.internal.database.SqlFailures;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** The SQL of launches: an instance is taken for a node, and its next execution inserted. Thread-safe. */
public final class Launches {

    /** Rolls the transaction back; the state of the instance is looked at in the next one. */
    private static final class NotAllowed extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NotAllowed() {
            super("the state of the instance forbids it", null, false, false);
        }
    }

    /** Guarded: an instance that is another application's, has an execution, or had some before a purge, is not started. */
    static final String INSERT_FIRST = """
            insert into BATCH_JOB_EXECUTION
                (JOB_EXECUTION_ID, VERSION, JOB_INSTANCE_ID, CREATE_TIME, LAST_UPDATED, STATUS, EXIT_CODE, EXIT_MESSAGE,
                 REPRISE_APPLICATION, REPRISE_JOB_NAME, REPRISE_SUBMITTER, REPRISE_NODE, REPRISE_DEFINITION, REPRISE_TOKEN)
            select owner.JOB_EXECUTION_ID, 0, owner.JOB_INSTANCE_ID, localtimestamp, localtimestamp,
                   'STARTING', 'UNKNOWN', '', :application, :job, :submitter,
                   nullif(cast(:node as varchar(250)), ''), :definition, :token
              from REPRISE_OWNER owner
             where owner.JOB_EXECUTION_ID = <execution>
               and not exists (select 1 from BATCH_JOB_EXECUTION e
                                where e.JOB_INSTANCE_ID = owner.JOB_INSTANCE_ID)
               and exists (select 1 from BATCH_JOB_INSTANCE i
                            where i.JOB_INSTANCE_ID = owner.JOB_INSTANCE_ID
                              and i.REPRISE_APPLICATION = :application and i.REPRISE_FINAL_STATUS is null)""";

    /**
     * Guarded: the instance is this application's, the execution that is restarted is still the last one, and no other one
     * of the instance forbids it. The position that a stop had set stays with the instance until a restart has ended, unless
     * it is gone from the job. Where nobody is known to ask for it, as in a restart by recovery, it is for who asked before.
     */
    static final String INSERT_NEXT = """
            insert into BATCH_JOB_EXECUTION
                (JOB_EXECUTION_ID, VERSION, JOB_INSTANCE_ID, CREATE_TIME, LAST_UPDATED, STATUS, EXIT_CODE, EXIT_MESSAGE,
                 REPRISE_APPLICATION, REPRISE_JOB_NAME, REPRISE_SUBMITTER, REPRISE_NODE, REPRISE_DEFINITION,
                 REPRISE_TOKEN, REPRISE_RESTART_POSITION, REPRISE_RECOVERIES)
            select owner.JOB_EXECUTION_ID, 0, owner.JOB_INSTANCE_ID, localtimestamp, localtimestamp,
                   'STARTING', 'UNKNOWN', '', :application, :job, coalesce(:submitter, o.REPRISE_SUBMITTER),
                   nullif(cast(:node as varchar(250)), ''), :definition, :token,
                   case when cast(:fromTheHead as integer) = 1 then null else o.REPRISE_RESTART_POSITION end,
                   cast(:recoveries as integer)
              from REPRISE_OWNER owner
              join BATCH_JOB_INSTANCE i
                on i.JOB_INSTANCE_ID = owner.JOB_INSTANCE_ID and i.REPRISE_APPLICATION = :application
              join BATCH_JOB_EXECUTION o on o.JOB_INSTANCE_ID = owner.JOB_INSTANCE_ID
             where owner.JOB_EXECUTION_ID = <execution> and o.JOB_EXECUTION_ID = :original
               and not exists (select 1 from BATCH_JOB_EXECUTION e
                                where e.JOB_INSTANCE_ID = owner.JOB_INSTANCE_ID
                                  and (e.JOB_EXECUTION_ID > :original
                                       or coalesce(e.STATUS, 'UNKNOWN') not in ('FAILED', 'STOPPED')))""";

    /** By the owner's row alone, as {@link Owners} does it. */
    private static final String RECORDED_BY = """
            select o.JOB_INSTANCE_ID, o.JOB_EXECUTION_ID
              from REPRISE_OWNER o
              join BATCH_JOB_EXECUTION e on e.JOB_EXECUTION_ID = o.JOB_EXECUTION_ID + 0
             where o.APPLICATION = :application and o.NODE_ID = :node and o.INCARNATION = :incarnation
               and e.REPRISE_TOKEN = :token""";

    /** Of one that any node may have taken meanwhile, and ended. */
    private static final String RECORDED_FOR_ANY_NODE = """
            select JOB_INSTANCE_ID, JOB_EXECUTION_ID from BATCH_JOB_EXECUTION
             where JOB_INSTANCE_ID = :instance and REPRISE_TOKEN = :token""";

    private static final String RECORDED_FIRST_FOR_ANY_NODE = RECORDED_FOR_ANY_NODE.replace(
            ":instance", "(select JOB_INSTANCE_ID from BATCH_JOB_INSTANCE where JOB_NAME = :job and JOB_KEY = :key)");

    private final Database database;
    private final ExecutionParameters parameters;

    public Launches(Database database, ExecutionParameters parameters) {
        this.database = database;
        this.parameters = parameters;
    }

    /** Begins to record a launch. */
    public Recording recording(Launch launch) {
        return new Recording(launch);
    }

    /** One launch, which may have to be tried several times, and is recorded once. For one thread. */
    public final class Recording {

        private final Launch launch;

        /** How often it was tried, also where nobody heard the answer. */
        private int tries;

        private Recording(Launch launch) {
            this.launch = launch;
        }

        /**
         * Starts the first execution of an identity.
         *
         * @return null if somebody else has the instance, or what it is forbids it: look and decide anew
         */
        public @Nullable Acquired first(JobIdentity identity) {
            return acquired(
                    () -> database.takesSeveralInOneRoundTrip()
                            ? database.inOneRoundTrip(
                                    handle -> AtOnce.start(counted(handle), identity, launch, parameters))
                            : acquire(
                                    handle -> database.dialect()
                                            .acquire(
                                                    counted(handle), identity.jobName(), identity.key(), launch.node()),
                                    OptionalLong.empty()),
                    handle -> handle.createQuery(RECORDED_FIRST_FOR_ANY_NODE)
                            .bind("job", identity.jobName())
                            .bind("key", identity.key()));
        }

        /**
         * Starts the next execution of an instance.
         *
         * @param original the execution that is restarted
         * @return null as of {@link #first}
         */
        public @Nullable Acquired next(long instanceId, long original) {
            return acquired(
                    () -> database.takesSeveralInOneRoundTrip() && launch.anew().isEmpty()
                            ? database.inOneRoundTrip(
                                    handle -> AtOnce.restart(counted(handle), instanceId, original, launch, parameters))
                            : acquire(
                                    handle -> database.dialect().acquire(counted(handle), instanceId, launch.node()),
                                    OptionalLong.of(original)),
                    handle -> handle.createQuery(RECORDED_FOR_ANY_NODE).bind("instance", instanceId));
        }

        private Optional<Acquired> acquire(Function<Handle, @Nullable Acquired> take, OptionalLong original) {
            return database.inOwnTransaction(handle -> {
                Acquired acquired = take.apply(handle);
                if (acquired != null && !insert(handle, acquired, original, launch)) {
                    throw new NotAllowed();
                }
                return Optional.ofNullable(acquired);
            });
        }

        /**
         * Null if somebody else has the instance, or has changed or removed it: look and decide anew.
         *
         * @param forAnyNode finds what is recorded of the instance, where it has no node of which that could be found
         */
        private @Nullable Acquired acquired(Supplier<Optional<Acquired>> take, Function<Handle, Query> forAnyNode) {
            try {
                Optional<Acquired> taken = take.get();
                return taken.isPresent() || tries == 1 ? taken.orElse(null) : recorded(forAnyNode);
            } catch (NotAllowed e) {
                return null;
            } catch (RuntimeException e) {
                if (SqlFailures.isDuplicateKey(e)) {
                    return tries == 1 ? null : recorded(forAnyNode);
                }
                if (!SqlFailures.isAway(e)) {
                    throw e;
                }
                // It may have been recorded, and the answer be lost.
                return recorded(forAnyNode);
            }
        }

        private Handle counted(Handle handle) {
            tries++;
            return handle;
        }

        private @Nullable Acquired recorded(Function<Handle, Query> forAnyNode) {
            return database.read(handle -> launch.node().isNone()
                            ? found(forAnyNode.apply(handle), launch)
                            : recordedBy(handle, launch))
                    .orElse(null);
        }
    }

    /**
     * Inserts an execution and its parameters.
     *
     * @param original the execution that is restarted, if one is
     * @return false if the state of the instance forbids it; nothing was inserted then
     */
    private boolean insert(Handle handle, Acquired acquired, OptionalLong original, Launch launch) {
        Update insert = handle.createUpdate(original.isPresent() ? INSERT_NEXT : INSERT_FIRST)
                .define("execution", ":id")
                .bind("id", acquired.executionId())
                .bindMap(launch.bindings(original));
        if (insert.execute() == 0) {
            return false;
        }
        launch.anew().forEach(step -> RunningSteps.discard(handle, acquired.instanceId(), step));
        parameters.insert(handle, acquired.executionId(), launch);
        return true;
    }

    /** What a launch has recorded, if it has. */
    private static Optional<Acquired> recordedBy(Handle handle, Launch launch) {
        return found(handle.createQuery(RECORDED_BY).bindMap(NodeColumns.of(launch.node())), launch);
    }

    private static Optional<Acquired> found(Query recorded, Launch launch) {
        return recorded.bind("token", launch.token())
                .map((row, context) -> new Acquired(row.getLong(1), row.getLong(2)))
                .findOne();
    }
}
