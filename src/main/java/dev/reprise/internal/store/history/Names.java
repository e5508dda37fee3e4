package dev.reprise.internal.store.history;

import dev.reprise.internal.store.Scope;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;

/** The names of what there is, a thousand at most. */
final class Names {

    /** From one name to the next: the index is asked once for each, however many instances that has. */
    private static final String JOB_NAMES = """
            with recursive NAMES (APPLICATION, NAME) as (
              select a.APPLICATION, (select min(i.JOB_NAME) from BATCH_JOB_INSTANCE i
                                      where i.REPRISE_APPLICATION = a.APPLICATION)
                from (<applications>) a
              union all
              select n.APPLICATION, (select min(i.JOB_NAME) from BATCH_JOB_INSTANCE i
                                      where i.REPRISE_APPLICATION = n.APPLICATION and i.JOB_NAME > n.NAME)
                from NAMES n where n.NAME is not null)
            select NAME from NAMES where NAME is not null
             fetch first 1000 rows only""";

    private static final String NODE_NAMES =
            "select NODE_ID from REPRISE_NODE where APPLICATION in (:scope) order by NODE_ID fetch first 1000 rows only";

    private Names() {}

    static Set<String> ofJobs(Handle handle, Scope scope) {
        return handle.createQuery(JOB_NAMES)
                .define(
                        "applications",
                        IntStream.range(0, scope.applications().size())
                                .mapToObj(i -> "select cast(:scope" + i + " as varchar(100)) as APPLICATION")
                                .collect(Collectors.joining(" union all ")))
                .bindMap(scope.bindings())
                .mapTo(String.class)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static Set<String> ofNodes(Handle handle, Scope scope) {
        return handle.createQuery(scope.in(NODE_NAMES))
                .bindMap(scope.bindings())
                .mapTo(String.class)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
