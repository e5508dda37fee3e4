package dev.reprise.lint;

import dev.reprise.job.JobFiles;
import dev.reprise.lint.Finding.Severity;
import dev.reprise.log.Shown;
import dev.reprise.schedule.InvalidScheduleException;
import dev.reprise.schedule.JobSchedule;
import dev.reprise.schedule.Tick;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** What can be said of the schedule beside a job's XML. Nothing of it keeps anybody from launching the job. */
final class ScheduleRules {

    /** Which ticks are compared with those that they come after. */
    private static final LocalDateTime FROM = LocalDateTime.of(2024, 1, 1, 0, 0);

    private static final int COMPARED = 1_000;

    private final ClassLoader application;
    private final Severity severity;
    private final String shownFolder;
    private final Findings findings;

    /**
     * @param severity how bad it is that a job does not run by itself, where it can be launched
     * @param shownFolder where the schedule is, as findings name it
     */
    ScheduleRules(ClassLoader application, Severity severity, String shownFolder, Findings findings) {
        this.application = application;
        this.severity = severity;
        this.shownFolder = shownFolder;
        this.findings = findings;
    }

    void judge(String id) {
        try {
            JobSchedule.find(id, application)
                    .ifPresent(schedule -> schedule.after().forEach(other -> judgeAfter(schedule, other)));
        } catch (InvalidScheduleException e) {
            e.faults()
                    .forEach(fault -> findings.add(new Finding(
                            severity, "schedule", shownFolder + fault.file(), fault.line(), fault.message())));
        }
    }

    private void judgeAfter(JobSchedule schedule, String other) {
        Optional<JobSchedule> before;
        try {
            if (new JobFiles(application).bytes(other) == null) {
                wrong(schedule, other, "there is no such job. Correct the name, or leave it out");
                return;
            }
            before = JobSchedule.find(other, application);
        } catch (InvalidScheduleException e) {
            return; // which is a fault of that job
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (before.isEmpty()) {
            wrong(schedule, other, "that job has no schedule, so no tick would ever come. Write one, or leave it out");
        } else if (leadsTo(schedule.job(), before.get(), new HashSet<>())) {
            wrong(
                    schedule,
                    other,
                    "that job comes after this one itself, so that each would wait for the other. Leave one out");
        } else {
            schedule.ticks().named(FROM, FROM.plusYears(8), COMPARED).stream()
                    .map(Tick::nominal)
                    .filter(nominal -> !before.get().ticks().has(nominal))
                    .findFirst()
                    .ifPresent(nominal -> wrong(
                            schedule,
                            other,
                            "that job has no tick of the same nominal time as " + nominal
                                    + " here, which would wait for ever. Write times that both have"));
        }
    }

    private boolean leadsTo(String job, JobSchedule from, Set<String> seen) {
        for (String other : from.after()) {
            if (other.equals(job)) {
                return true;
            }
            try {
                if (seen.add(other)
                        && JobSchedule.find(other, application)
                                .filter(next -> leadsTo(job, next, seen))
                                .isPresent()) {
                    return true;
                }
            } catch (InvalidScheduleException e) {
                return false; // which is a fault of that job
            }
        }
        return false;
    }

    private void wrong(JobSchedule schedule, String other, String what) {
        findings.add(new Finding(
                severity,
                "schedule",
                shownFolder + schedule.job() + JobSchedule.FILE,
                1,
                "'after' names " + Shown.value(other) + ": " + what + "."));
    }
}
