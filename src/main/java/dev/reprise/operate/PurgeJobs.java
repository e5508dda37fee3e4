package dev.reprise.operate;

import dev.reprise.access.Action;
import dev.reprise.launch.PrivilegedJobs;
import java.util.Set;

/** The jobs that purge history: who launches one needs the role for that. */
public final class PurgeJobs implements PrivilegedJobs {

    /** What is launched by hand, with what is to go. */
    static final String PURGE = "reprise-purge";

    /** What is launched once a day, with the day and the application as its identity. */
    public static final String DAILY = "reprise-purge-daily";

    @Override
    public Set<String> names() {
        return Set.of(PURGE, DAILY);
    }

    @Override
    public Action action() {
        return Action.PURGE;
    }
}
