package dev.reprise.recovery;

import static org.awaitility.Awaitility.await;

import dev.reprise.server.ClusterDatabase;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs of the tests' jobs; each has a name of its own, its identifying parameter {@code run}. */
final class Runs {

    private static final String COMMITS = """
            select coalesce(sum(s.COMMIT_COUNT), 0)
              from BATCH_STEP_EXECUTION s
              join BATCH_JOB_EXECUTION_PARAMS p on p.JOB_EXECUTION_ID = s.JOB_EXECUTION_ID
             where p.PARAMETER_NAME = 'run' and p.PARAMETER_VALUE = ?""";

    private Runs() {}

    static Map<String, String> with(Map<String, String> parameters, String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(parameters);
        more.put(name, value);
        return more;
    }

    /** Waits until so many chunks are committed: the run is in the middle of its work. */
    static void awaitCommits(ClusterDatabase database, String run, int commits) {
        await(run + " has committed " + commits + " chunks")
                .pollInterval(Duration.ofMillis(20))
                .until(() -> database.number(COMMITS, run) >= commits);
    }
}
