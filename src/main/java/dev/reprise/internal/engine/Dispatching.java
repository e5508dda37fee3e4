package dev.reprise.internal.engine;

import dev.reprise.identity.JobParameters;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.Text;
import dev.reprise.internal.decide.Refusals;
import dev.reprise.state.Dispatch;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchRefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import org.jberet.spi.PropertyKey;

/** Whether a launch is for any node (decision 054). */
final class Dispatching {

    private Dispatching() {}

    /**
     * Whether a launch is for any node of the application, and there can be others.
     *
     * @param ours whether it comes by the launcher, which is what can keep the engine from running it here
     * @throws LaunchRefusedException if what is asked for cannot be had
     */
    static boolean isAsked(Properties asked, String jobName, boolean ours, Database database) {
        List<String> faults = new ArrayList<>();
        Dispatch.fault(asked).map(Text::line).ifPresent(faults::add);
        boolean dispatched = Dispatch.in(asked);
        if (dispatched && !ours) {
            faults.add(
                    Dispatch.PARAMETER + ": a plain JobOperator runs what it starts on its own node; launch it by the"
                            + " JobLauncher, the console, the REST API or POST /launch");
        }
        if (dispatched) {
            new TreeSet<>(asked.stringPropertyNames())
                    .stream()
                            .filter(Dispatching::isTheEngines)
                            .forEach(name -> faults.add(name + ": says something to"
                                    + " the engine of this node, and another one may run the job; leave it out, or "
                                    + Dispatch.PARAMETER));
        }
        if (!faults.isEmpty()) {
            throw new LaunchRefusedException(Refusals.invalidParameters(jobName, faults));
        }
        return dispatched && database.dialect().letsManyTake();
    }

    /** What would be done, where it would be done by any node. */
    static LaunchDecision said(LaunchDecision decision) {
        String where = " It would wait for the first node that has a thread for it.";
        if (decision instanceof LaunchDecision.Start start) {
            return new LaunchDecision.Start(start.message() + where, start.parameters(), start.distributed());
        }
        if (decision instanceof LaunchDecision.Restart restart) {
            return new LaunchDecision.Restart(
                    restart.executionId(),
                    restart.steps(),
                    restart.changes(),
                    restart.parameters(),
                    restart.distributed(),
                    restart.message() + where);
        }
        return decision;
    }

    /** How the launcher restarts is decided by now. */
    private static boolean isTheEngines(String name) {
        return name.startsWith(JobParameters.ENGINE_PREFIX) && !name.equals(PropertyKey.RESTART_MODE);
    }
}
