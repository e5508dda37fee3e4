package dev.reprise.schedule;

import dev.reprise.schedule.InvalidScheduleException.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * When a job runs by itself: a file beside its XML, {@code META-INF/batch-jobs/<job>.schedule.json}. Immutable and
 * thread-safe.
 *
 * @param job the id of the job
 * @param cron five fields, as it is written
 * @param zone whose clocks the expression is about
 * @param naming what its ticks are called by: of two schedules that differ in it, neither has the other's ticks
 * @param catchUp what becomes of ticks that were missed
 * @param catchUpWindow how far back
 * @param overlap what becomes of a tick while the one before it still runs
 * @param after the jobs whose tick of the same nominal time has to be completed first
 * @param startBy until when a tick has to have started, if that is said
 * @param endBy until when it has to have ended, if that is said
 * @param maxDuration how long it may run, if that is said
 * @param ticks its ticks
 */
public record JobSchedule(
        String job,
        String cron,
        ZoneId zone,
        String naming,
        CatchUp catchUp,
        Duration catchUpWindow,
        Overlap overlap,
        List<String> after,
        Optional<Deadline> startBy,
        Optional<Deadline> endBy,
        Optional<Duration> maxDuration,
        Ticks ticks) {

    static final String FOLDER = "META-INF/batch-jobs/";

    /** How the name of a schedule's file ends, behind that of its job. */
    public static final String FILE = ".schedule.json";

    /** What becomes of ticks that nobody launched when they were due. */
    public enum CatchUp {
        /** Each is launched, the oldest first. */
        ALL,
        /** The newest is launched, unless another is due already. */
        LAST,
        /** None is launched. */
        NONE
    }

    /** What becomes of a tick while the one before it still runs. */
    public enum Overlap {
        /** It waits until all before it are completed or abandoned. */
        WAIT,
        /** It is left out. */
        SKIP,
        /** It is launched beside it. */
        ALLOW
    }

    /** When a tick is launched whose day the calendar does not have. */
    enum Otherwise {
        SKIP,
        NEXT,
        PREVIOUS
    }

    public JobSchedule {
        after = List.copyOf(after);
    }

    /**
     * The schedule of a job, or empty if it has none.
     *
     * @throws InvalidScheduleException if there is one, and it cannot be used; with all its faults
     */
    public static Optional<JobSchedule> find(String job, ClassLoader application) {
        Optional<String> json = text(job + FILE, application);
        return json.map(text -> new ScheduleFile(job, text, application).read());
    }

    /**
     * A schedule that no file has.
     *
     * @param json what would stand in it
     * @throws InvalidScheduleException if it cannot be used
     */
    public static JobSchedule of(String job, String json, ClassLoader application) {
        return new ScheduleFile(job, json, application).read();
    }

    /**
     * A file of the folder of jobs.
     *
     * @throws InvalidScheduleException if it cannot be read
     */
    static Optional<String> text(String file, ClassLoader application) {
        if (file.indexOf('/') >= 0 || file.indexOf('\\') >= 0) {
            return Optional.empty(); // all are files in that very folder
        }
        try (InputStream stream = application.getResourceAsStream(FOLDER + file)) {
            if (stream == null) {
                return Optional.empty();
            }
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(stream.readAllBytes()))
                    .toString());
        } catch (IOException e) {
            throw new InvalidScheduleException(
                    List.of(new Fault(file, 1, "it cannot be read: " + e + ". Write it as JSON, in UTF-8")));
        }
    }
}
