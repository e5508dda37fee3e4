package dev.reprise.bench;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Looks each second at what a database does, on a connection and a thread of its own, until it is closed. */
final class DatabaseWatch implements AutoCloseable {

    /** One snapshot of the server's own counters, and of what its sessions wait for right now. */
    private static final String LOOK = """
            select s.xact_commit, s.xact_rollback, s.tup_inserted + s.tup_updated + s.tup_deleted as WRITTEN,
                   s.tup_fetched + s.tup_returned as TOUCHED, s.deadlocks, pg_current_wal_insert_lsn() - '0/0'::pg_lsn as WAL,
                   a.ACTIVE, a.LOCK_WAITS, a.LIGHT_WAITS, a.IO_WAITS, a.SESSIONS,
                   w.READY, w.TAKEN, w.DONE, w.PLANNED, pg_total_relation_size('REPRISE_WORK') as SIZE,
                   (select n_dead_tup from pg_stat_user_tables where relname = 'reprise_work') as DEAD
              from pg_stat_database s
             cross join (select count(*) filter (where state = 'active' and wait_event is null) as ACTIVE,
                                count(*) filter (where wait_event_type = 'Lock') as LOCK_WAITS,
                                count(*) filter (where wait_event_type = 'LWLock') as LIGHT_WAITS,
                                count(*) filter (where wait_event_type = 'IO') as IO_WAITS,
                                count(*) as SESSIONS
                           from pg_stat_activity
                          where datname = current_database() and pid <> pg_backend_pid()) a
             cross join (select count(*) filter (where STATE = 'READY') as READY,
                                count(*) filter (where STATE = 'TAKEN') as TAKEN,
                                count(*) filter (where STATE = 'DONE') as DONE,
                                count(*) filter (where STATE = 'PLANNED') as PLANNED
                           from REPRISE_WORK) w
             where s.datname = current_database()""";

    /** Not every one has a line on the terminal. */
    private static final int SHOWN = 5;

    private final Database database;
    private final Postgres postgres;
    private final List<Second> seconds = new ArrayList<>();
    private final Thread thread = new Thread(this::watch, "database-watch");
    private volatile boolean closed;

    /** What happened within about a second, for each second; and how things stood at its end. */
    record Second(
            double commits,
            double rollbacks,
            double written,
            double touched,
            double wal,
            double cores,
            int active,
            int lockWaits,
            int lightWaits,
            int ioWaits,
            int sessions,
            int planned,
            int ready,
            int taken,
            int done,
            long size,
            long dead,
            long deadlocks) {

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%6.0f commits %4.0f rollbacks %6.0f rows written %8.0f rows touched %7.0f KB log %4.2f cores"
                            + " | waits: %2d locks %2d latches %2d io; %3d active of %3d"
                            + " | work: %5d planned %4d ready %3d taken %4d done, %5.0f KB, %5d dead",
                    commits,
                    rollbacks,
                    written,
                    touched,
                    wal / 1024,
                    cores,
                    lockWaits,
                    lightWaits,
                    ioWaits,
                    active,
                    sessions,
                    planned,
                    ready,
                    taken,
                    done,
                    size / 1024.0,
                    dead);
        }
    }

    private record Snapshot(long nanos, double[] counters, Duration cpu) {}

    private DatabaseWatch(Database database, Postgres postgres) {
        this.database = database;
        this.postgres = postgres;
    }

    static DatabaseWatch begin(Database database, Postgres postgres) {
        DatabaseWatch watch = new DatabaseWatch(database, postgres);
        watch.thread.setDaemon(true);
        watch.thread.start();
        return watch;
    }

    private void watch() {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            Snapshot before = null;
            while (!closed) {
                try (ResultSet row = statement.executeQuery(LOOK)) {
                    row.next();
                    double[] counters = new double[6];
                    for (int i = 0; i < counters.length; i++) {
                        counters[i] = row.getDouble(i + 1);
                    }
                    Snapshot now = new Snapshot(System.nanoTime(), counters, postgres.cpu());
                    if (before != null) {
                        add(between(before, now, row));
                    }
                    before = now;
                }
                Pause.millis(1000);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Second between(Snapshot before, Snapshot now, ResultSet row) throws SQLException {
        double time = (now.nanos - before.nanos) / 1e9;
        double[] rate = new double[now.counters.length];
        for (int i = 0; i < rate.length; i++) {
            rate[i] = (now.counters[i] - before.counters[i]) / time;
        }
        return new Second(
                rate[0],
                rate[1],
                rate[2],
                rate[3],
                rate[5],
                now.cpu.minus(before.cpu).toNanos() / 1e9 / time,
                row.getInt("ACTIVE"),
                row.getInt("LOCK_WAITS"),
                row.getInt("LIGHT_WAITS"),
                row.getInt("IO_WAITS"),
                row.getInt("SESSIONS"),
                row.getInt("PLANNED"),
                row.getInt("READY"),
                row.getInt("TAKEN"),
                row.getInt("DONE"),
                row.getLong("SIZE"),
                row.getLong("DEAD"),
                row.getLong("deadlocks"));
    }

    private synchronized void add(Second second) {
        seconds.add(second);
        if (seconds.size() % SHOWN == 1) {
            System.out.println("      " + second);
        }
    }

    /** All seconds so far. */
    synchronized List<Second> seconds() {
        return List.copyOf(seconds);
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(5000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
