package dev.reprise.internal.firing;

import dev.reprise.PostgresServer;
import dev.reprise.internal.engine.Scheduled;
import dev.reprise.internal.engine.TestDatabase.Kind;
import dev.reprise.internal.schedule.DeployedSchedules;
import dev.reprise.internal.store.ScheduleRow;
import dev.reprise.operate.Schedules;
import dev.reprise.schedule.JobSchedule;
import dev.reprise.testing.InProcessBatch;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.runtime.BatchStatus;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;

/** Jobs that run by schedules in this process, at times that a test says. */
final class Night implements AutoCloseable {

    static final ClassLoader LOADER = Thread.currentThread().getContextClassLoader();

    final InProcessBatch batch;
    private volatile Instant present = Instant.EPOCH;
    private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();
    private final Map<String, Boolean> failing = new ConcurrentHashMap<>();

    /** Does nothing, as long as its job is let. */
    public final class Work extends AbstractBatchlet {

        private final String job;

        Work(String job) {
            this.job = job;
        }

        @Override
        public String process() throws InterruptedException {
            CountDownLatch gate = gates.get(job);
            if (gate != null && !gate.await(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("nobody let it go on");
            }
            if (failing.containsKey(job)) {
                throw new IllegalStateException("told to fail");
            }
            return "DONE";
        }
    }

    static Night on(Kind kind) throws SQLException {
        return new Night(kind);
    }

    private Night(Kind kind) throws SQLException {
        InProcessBatch.Builder builder = InProcessBatch.builder().threads(20);
        for (String job : List.of("report", "import", "mail")) {
            builder.artifact(job, () -> new Work(job));
        }
        if (kind == Kind.POSTGRESQL) {
            var postgres = PostgresServer.emptySchema();
            builder.database(postgres.getUrl() + "&user=" + postgres.getUser());
        }
        batch = builder.build().open();
        for (String job : List.of("report", "import", "mail")) {
            batch.define(job(job));
        }
    }

    /** When a daily schedule's tick is in January 2030. */
    static LocalDateTime day(int day) {
        return LocalDateTime.of(2030, 1, day, 3, 0);
    }

    /** What people do about them. */
    Schedules schedules() {
        return new Schedules(batch::repository, batch.launcher());
    }

    static Job job(String name) {
        return new JobBuilder(name)
                .step(new StepBuilder("work").batchlet(name).build())
                .build();
    }

    Scheduled scheduled() {
        return batch.repository().thisNode().scheduled();
    }

    /** A daily one at 03:00 UTC, but for what these lines say. */
    static JobSchedule schedule(String job, String lines) {
        return schedule(LOADER, job, lines);
    }

    /** The same beside other files. */
    static JobSchedule schedule(ClassLoader files, String job, String lines) {
        String rest = lines.contains("\"cron\"") ? "" : "\"cron\": \"0 3 * * *\", ";
        String zone = lines.contains("\"zone\"") ? "" : "\"zone\": \"UTC\", ";
        return JobSchedule.of(
                job, "{" + rest + zone + "\"parameter\": \"day\"" + (lines.isBlank() ? "" : ", ") + lines + "}", files);
    }

    Rounds rounds(JobSchedule... schedules) {
        return rounds(new TickLauncher(job -> LOADER, () -> true), schedules);
    }

    Rounds rounds(TickLauncher launcher, JobSchedule... schedules) {
        DeployedSchedules deployed = new DeployedSchedules(List.of(), job -> LOADER, List.of(schedules));
        scheduled().know(deployed);
        return new Rounds(scheduled(), deployed, launcher, database -> present);
    }

    /** A deployment that begins at a time. */
    Rounds deployed(String at, JobSchedule... schedules) {
        now(at);
        Rounds rounds = rounds(schedules);
        rounds.begin();
        rounds.look();
        return rounds;
    }

    Instant present() {
        return present;
    }

    void set(Instant now) {
        present = now;
    }

    void now(String at) {
        set(Instant.parse(at));
    }

    Optional<Duration> look(Rounds rounds, String at) {
        now(at);
        return rounds.look();
    }

    ScheduleRow row(String job) {
        return scheduled().schedules().find(job).orElseThrow();
    }

    void hold(String job) {
        gates.put(job, new CountDownLatch(1));
    }

    void letGo(String job) {
        CountDownLatch gate = gates.remove(job);
        if (gate != null) {
            gate.countDown();
        }
    }

    void fail(String job, boolean fails) {
        if (fails) {
            failing.put(job, true);
        } else {
            failing.remove(job);
        }
    }

    /** Until no execution runs. */
    void awaitEnds() {
        Awaitility.await()
                .timeout(Duration.ofMinutes(1))
                .until(() -> rows("select 1 from REPRISE_OWNER").isEmpty());
    }

    /** {@code 2026-11-30T03:00 LAUNCHED why} of each tick, by job and nominal time. */
    List<String> ticks(String job) {
        return rows("select NOMINAL || ' ' || STATE || coalesce(' ' || WHY, '') from REPRISE_TICK where JOB_NAME = '"
                + job + "' order by NOMINAL");
    }

    /** {@code day status} of each execution of a job, in order. */
    List<String> executions(String job) {
        return rows("""
                select p.PARAMETER_VALUE || ' ' || e.STATUS from BATCH_JOB_EXECUTION e
                  join BATCH_JOB_EXECUTION_PARAMS p on p.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID and p.PARAMETER_NAME = 'day'
                 where e.REPRISE_JOB_NAME = '""" + job + "' order by e.JOB_EXECUTION_ID");
    }

    List<String> rows(String query) {
        try (Connection connection = batch.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(query)) {
            List<String> rows = new ArrayList<>();
            while (found.next()) {
                rows.add(found.getString(1));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void execute(String statement) {
        try (Connection connection = batch.dataSource().getConnection();
                Statement doing = connection.createStatement()) {
            doing.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    String status(long executionId) {
        BatchStatus status = batch.report(executionId).status();
        return status.name();
    }

    @Override
    public void close() {
        gates.keySet().forEach(this::letGo);
        batch.close();
    }
}
