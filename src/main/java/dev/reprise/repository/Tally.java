package dev.reprise.repository;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;

/**
 * How many instances a job has, without counting those again that were counted before: {@code REPRISE_TALLY} holds how
 * many there are up to an id, whoever counts moves that forward, and who removes some of them takes them off. Thread-safe.
 */
final class Tally {

    private static final Logger LOG = System.getLogger(Tally.class.getName());

    /** So many are counted each time, before somebody writes down how many they are. */
    private static final int WORTH_WRITING = 1000;

    /** One statement, because what is counted and the row move together. */
    private static final String COUNT = """
            select coalesce((select COUNTED from REPRISE_TALLY where JOB_NAME = :job), 0) as COUNTED,
                   (select count(*) from BATCH_JOB_INSTANCE
                     where JOB_NAME = :job
                       and JOB_INSTANCE_ID > coalesce((select COUNTED_TO from REPRISE_TALLY where JOB_NAME = :job), 0)) as NEWER""";

    private static final String BEGIN = """
            insert into REPRISE_TALLY (JOB_NAME, COUNTED_TO, COUNTED)
            select cast(:job as varchar(100)), 0, 0
             where not exists (select 1 from REPRISE_TALLY where JOB_NAME = :job)""";

    private static final String LOCK = "select COUNTED_TO from REPRISE_TALLY where JOB_NAME = :job for update";

    /**
     * Ids are given out in order and used at once, so below one that was used an hour ago none can come any more,
     * whatever transactions are open.
     */
    private static final String SETTLED = """
            select max(JOB_INSTANCE_ID) from
                (select JOB_INSTANCE_ID from BATCH_JOB_EXECUTION
                  where CREATE_TIME < localtimestamp - interval '1' hour
                  order by CREATE_TIME desc fetch first 1000 rows only) s""";

    private static final String MOVE = """
            update REPRISE_TALLY
               set COUNTED_TO = :to,
                   COUNTED = COUNTED + (select count(*) from BATCH_JOB_INSTANCE
                                         where JOB_NAME = :job
                                           and JOB_INSTANCE_ID > :from and JOB_INSTANCE_ID <= :to)
             where JOB_NAME = :job""";

    private static final String TAKE_OFF =
            "update REPRISE_TALLY set COUNTED = COUNTED - :removed where JOB_NAME = :job";

    /** The jobs that have a row. */
    private final Set<String> begun = ConcurrentHashMap.newKeySet();

    private record Count(long counted, long newer) {}

    /** How many instances a job has. */
    int count(Database database, String job) {
        Count count = database.read(handle -> handle.createQuery(COUNT)
                .bind("job", job)
                .map((row, context) -> new Count(row.getLong(1), row.getLong(2)))
                .one());
        if (count.newer() > WORTH_WRITING) {
            try {
                begin(database, job);
                database.doApart(handle -> move(handle, job));
            } catch (RuntimeException e) {
                LOG.log(Level.DEBUG, "The instances of " + job + " will be counted again", e);
            }
        }
        return Math.toIntExact(count.counted() + count.newer());
    }

    /** Gives the job a row, without which nobody could be kept from counting. */
    void begin(Database database, String job) {
        if (begun.contains(job)) {
            return;
        }
        try {
            database.doApart(
                    handle -> handle.createUpdate(BEGIN).bind("job", job).execute());
        } catch (RuntimeException e) {
            if (!Database.isDuplicateKey(e)) {
                throw e;
            }
        }
        begun.add(job);
    }

    private static void move(Handle handle, String job) {
        Optional<Long> settled = handle.createQuery(SETTLED).mapTo(Long.class).findOne();
        long from = lock(handle, job);
        if (settled.isPresent() && settled.get() > from) {
            handle.createUpdate(MOVE)
                    .bind("job", job)
                    .bind("from", from)
                    .bind("to", settled.get())
                    .execute();
        }
    }

    /** Nobody else counts or removes instances of a job that has a row, until the transaction ends. */
    static long lock(Handle handle, String job) {
        return handle.createQuery(LOCK).bind("job", job).mapTo(Long.class).one();
    }

    /**
     * Some instances were removed in the transaction that has locked the row.
     *
     * @param countedTo as it was locked
     */
    static void takeOff(Handle handle, String job, long countedTo, Collection<Long> removed) {
        long counted = removed.stream().filter(id -> id <= countedTo).count();
        if (counted > 0) {
            handle.createUpdate(TAKE_OFF)
                    .bind("job", job)
                    .bind("removed", counted)
                    .execute();
        }
    }
}
