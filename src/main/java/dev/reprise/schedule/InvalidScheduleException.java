package dev.reprise.schedule;

import static java.util.stream.Collectors.joining;

import dev.reprise.log.Shown;
import java.util.List;

/** A job's schedule cannot be used, so the job does not run by itself. The message names every fault, each with its place. */
public final class InvalidScheduleException extends RuntimeException {

    private final List<Fault> faults;

    InvalidScheduleException(List<Fault> faults) {
        super(faults.stream().map(Fault::toString).collect(joining(" ")));
        this.faults = List.copyOf(faults);
    }

    /** By file and line. */
    public List<Fault> faults() {
        return faults;
    }

    /**
     * One thing that is wrong.
     *
     * @param file in the folder of jobs
     * @param line where in it, from 1 on
     * @param message what is wrong and what to write, as one printable line
     */
    public record Fault(String file, int line, String message) {

        private static final int LONGEST = 600;

        public Fault {
            message = Shown.text(message, LONGEST);
            message = message.endsWith("?") || message.endsWith(".") ? message : message + ".";
        }

        /** {@code META-INF/batch-jobs/flights.schedule.json:3: cron …}. */
        @Override
        public String toString() {
            return JobSchedule.FOLDER + Shown.text(file) + ":" + line + ": " + message;
        }
    }
}
