package dev.reprise.internal.store;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.SqlFailures;
import dev.reprise.state.NodeIdentity;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/** Makes instances this application's that it may run. */
public final class Claims {

    /** Not what runs. The row with an id below zero is that of who keeps launches off. */
    private static final String CLAIM = """
            update BATCH_JOB_INSTANCE set REPRISE_APPLICATION = :application
             where JOB_INSTANCE_ID = :instance and coalesce(REPRISE_APPLICATION, '') = :before
               and not exists (select 1 from REPRISE_OWNER o
                                where o.JOB_INSTANCE_ID = :instance and o.JOB_EXECUTION_ID > 0)""";

    private static final String CLAIM_EXECUTIONS = """
            update BATCH_JOB_EXECUTION set REPRISE_APPLICATION = :application where JOB_INSTANCE_ID = :instance""";

    private final Database database;
    private final JobInstances instances;
    private final Scope scope;

    public Claims(Database database, JobInstances instances, Scope scope) {
        this.database = database;
        this.instances = instances;
        this.scope = scope;
    }

    /**
     * An instance that this application may run, and that is not its own yet, becomes so. Nothing happens to one that
     * somebody launches or claims at the same moment: look and decide anew.
     */
    public void claim(long instanceId, NodeIdentity node) {
        Belonging before = database.read(handle -> instances.belongingOfInstance(handle, instanceId))
                .filter(its -> !its.application().equals(scope.own()) && scope.includes(its.application()))
                .orElse(null);
        if (before == null) {
            return;
        }
        Tally.Key from = new Tally.Key(before.application(), before.jobName());
        SortedSet<Tally.Key> both = new TreeSet<>(List.of(from, new Tally.Key(scope.own(), before.jobName())));
        both.forEach(key -> Tally.begin(database, key));
        Long[] claimed = {instanceId};
        try {
            database.doInOwnTransaction(handle -> {
                SortedMap<Tally.Key, Long> countedTo = Tally.lock(handle, both);
                List<Long> kept = database.dialect().keepLaunchesOff(handle, claimed, node);
                if (!kept.isEmpty() && claim(handle, before)) {
                    countedTo.forEach((key, until) -> {
                        if (key.equals(from)) {
                            Tally.takeOff(handle, key, until, kept);
                        } else {
                            Tally.putOn(handle, key, until, kept);
                        }
                    });
                }
                database.dialect().letLaunchesIn(handle, claimed);
            });
        } catch (RuntimeException e) {
            if (!SqlFailures.isDuplicateKey(e)) {
                throw e;
            }
        }
    }

    /**
     * Makes an instance this application's, which launches are kept off from.
     *
     * @param before as it was seen
     * @return false if it runs, or has changed
     */
    private boolean claim(Handle handle, Belonging before) {
        boolean changed = handle.createUpdate(CLAIM)
                        .bind("application", scope.own())
                        .bind("instance", before.instanceId())
                        .bind("before", before.application())
                        .execute()
                == 1;
        if (changed) {
            handle.createUpdate(CLAIM_EXECUTIONS)
                    .bind("application", scope.own())
                    .bind("instance", before.instanceId())
                    .execute();
        }
        return changed;
    }
}
