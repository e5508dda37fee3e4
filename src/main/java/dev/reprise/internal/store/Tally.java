package dev.reprise.internal.store;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.SqlFailures;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * How many instances a job has in an application, without counting those again that were counted before:
 * {@code REPRISE_TALLY} holds how many there are up to an id, whoever counts moves that forward, and who removes or claims
 * some of them takes them off. Thread-safe.
 */
public final class Tally {

    private static final Logger LOG = System.getLogger(Tally.class.getName());

    /** So many are counted each time, before somebody writes down how many they are. */
    private static final int WORTH_WRITING = 1000;

    private static final String ROW = "REPRISE_TALLY where APPLICATION = :application and JOB_NAME = :job";

    /** One statement, because what is counted and the row move together. */
    private static final String COUNT = """
            select coalesce((select COUNTED from <row>), 0) as COUNTED,
                   (select count(*) from BATCH_JOB_INSTANCE
                     where REPRISE_APPLICATION = :application and JOB_NAME = :job
                       and JOB_INSTANCE_ID > coalesce((select COUNTED_TO from <row>), 0)) as NEWER,
                   coalesce((select COUNTED_TO from <row>), 0) as COUNTED_TO""".replace("<row>", ROW);

    private static final String BEGIN = """
            insert into REPRISE_TALLY (APPLICATION, JOB_NAME, COUNTED_TO, COUNTED)
            select cast(:application as varchar(100)), cast(:job as varchar(100)), 0, 0
             where not exists (select 1 from <row>)""".replace("<row>", ROW);

    private static final String LOCK = "select COUNTED_TO from " + ROW + " for update";

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
                                         where REPRISE_APPLICATION = :application and JOB_NAME = :job
                                           and JOB_INSTANCE_ID > :from and JOB_INSTANCE_ID <= :to)
             where APPLICATION = :application and JOB_NAME = :job""";

    private static final String ADD = """
            update REPRISE_TALLY set COUNTED = COUNTED + :added
             where APPLICATION = :application and JOB_NAME = :job""";

    private record Count(long counted, long newer, long countedTo) {}

    private Tally() {}

    /**
     * What is counted by itself.
     *
     * @param application empty: nobody's
     */
    public record Key(String application, String job) implements Comparable<Key> {

        /** In which everybody locks them. */
        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::job).thenComparing(Key::application);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }

        private Map<String, String> bindings() {
            return Map.of("application", application, "job", job);
        }
    }

    /** How many instances of a job are the applications'. */
    public static int count(Database database, Scope scope, String job) {
        return scope.applications().stream()
                .mapToInt(application -> count(database, new Key(application, job)))
                .sum();
    }

    private static int count(Database database, Key key) {
        Count count = database.read(handle -> handle.createQuery(COUNT)
                .bindMap(key.bindings())
                .map((row, context) -> new Count(row.getLong(1), row.getLong(2), row.getLong(3)))
                .one());
        if (count.newer() > WORTH_WRITING) {
            try {
                move(database, key, count.countedTo());
            } catch (RuntimeException e) {
                LOG.log(Level.DEBUG, "The instances of " + key.job() + " will be counted again", e);
            }
        }
        return Math.toIntExact(count.counted() + count.newer());
    }

    /** Gives them a row, without which nobody could be kept from counting. */
    public static void begin(Database database, Key key) {
        try {
            database.doIdempotently(
                    handle -> handle.createUpdate(BEGIN).bindMap(key.bindings()).execute());
        } catch (RuntimeException e) {
            if (!SqlFailures.isDuplicateKey(e)) {
                throw e;
            }
        }
    }

    private static void move(Database database, Key key, long countedTo) {
        long settled = database.read(handle ->
                handle.createQuery(SETTLED).mapTo(Long.class).findOne().orElse(0L));
        if (settled <= countedTo) {
            return;
        }
        begin(database, key);
        database.doInOwnTransaction(handle -> {
            long from = lock(handle, key);
            if (settled > from) {
                handle.createUpdate(MOVE)
                        .bindMap(key.bindings())
                        .bind("from", from)
                        .bind("to", settled)
                        .execute();
            }
        });
    }

    /** Nobody else counts, removes or claims instances of what has a row, until the transaction ends. */
    public static long lock(Handle handle, Key key) {
        return handle.createQuery(LOCK)
                .bindMap(key.bindings())
                .mapTo(Long.class)
                .one();
    }

    /** {@link #lock} of several, by what each is counted to. */
    public static SortedMap<Key, Long> lock(Handle handle, SortedSet<Key> keys) {
        SortedMap<Key, Long> countedTo = new TreeMap<>();
        keys.forEach(key -> countedTo.put(key, lock(handle, key)));
        return countedTo;
    }

    /**
     * Some instances were removed, or have become another application's, in the transaction that has locked the row.
     *
     * @param countedTo as it was locked
     */
    public static void takeOff(Handle handle, Key key, long countedTo, Collection<Long> removed) {
        add(handle, key, -among(removed, countedTo));
    }

    /** Some instances have become an application's, as of {@link #takeOff}. */
    public static void putOn(Handle handle, Key key, long countedTo, Collection<Long> claimed) {
        add(handle, key, among(claimed, countedTo));
    }

    private static long among(Collection<Long> instances, long countedTo) {
        return instances.stream().filter(id -> id <= countedTo).count();
    }

    private static void add(Handle handle, Key key, long added) {
        if (added != 0) {
            handle.createUpdate(ADD)
                    .bindMap(key.bindings())
                    .bind("added", added)
                    .execute();
        }
    }
}
