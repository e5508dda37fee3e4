package dev.reprise.operate;

import dev.reprise.internal.engine.Scheduled;
import dev.reprise.internal.firing.KnownTicks;
import dev.reprise.internal.store.TickRow;
import dev.reprise.internal.store.TickRows.Decided;
import dev.reprise.launch.JobLauncher;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.schedule.Tick;
import jakarta.batch.runtime.JobExecution;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A tick that somebody wants now.
 *
 * @param home leads to the job's operator, maybe in another module of the EAR
 */
record RunNow(Scheduled scheduled, ClassLoader home, JobLauncher launcher) {

    /** Launched, or gone on with, or attached to, under the revision by which a backfill has repeated it. */
    JobExecution launch(String job, Tick tick, String caller) {
        String nominal = KnownTicks.nominal(tick.nominal());
        TickRow row = scheduled.ticks().named(job, List.of(nominal)).stream()
                .findFirst()
                .orElse(null);
        Map<String, String> parameters = new TreeMap<>(tick.parameters());
        if (row != null && row.revision() != null) {
            parameters.put(JobLauncher.RUN_ID, String.valueOf(row.revision()));
        }
        JobExecution execution = atHome(LaunchRequest.of(job).with(parameters).attaching());
        if (row == null || !Objects.equals(row.execution(), execution.getExecutionId())) {
            scheduled
                    .ticks()
                    .launched(
                            job,
                            new Decided(nominal, tick.due(), TickRow.LAUNCHED, "run now by " + caller),
                            null,
                            execution.getExecutionId(),
                            scheduled.schedules().now());
        }
        return execution;
    }

    private JobExecution atHome(LaunchRequest request) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(home);
        try {
            return launcher.start(request);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
