package dev.reprise.internal.engine;

import dev.reprise.internal.decide.LaunchRules;
import dev.reprise.internal.doorbell.Doorbells;
import dev.reprise.internal.store.KeySource;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.state.NodeIdentity;
import jakarta.transaction.TransactionManager;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What a repository is made of.
 *
 * @param dataSource a JTA data source, the one that the chunks' own data is in
 * @param transactions the transactions of that data source
 * @param node this process, as {@link NodeRegistry} entered it last; throws while it counts as dead
 * @param lease after which time without a heartbeat a node is dead
 * @param outage for how long the bookkeeping of what runs waits for a database that is away
 * @param rules what the repository does not know of jobs
 * @param submitter who asks for an execution, on the asking thread; gives null where nobody is known
 * @param application loads the classes of checkpoints and user data
 * @param serialFilter which classes may be read back beside the application's own: the syntax of
 *     {@link java.io.ObjectInputFilter.Config}; may be empty
 * @param keys gives the key that secret parameters are stored with
 * @param listed how many executions of a job the admin CLI lists: the newest
 * @param shared the applications whose instances this one may run, too
 * @param schema that the tables are in; null for that of the data source's connections
 * @param others whether consoles here see other applications
 * @param capacity which partitions this node runs of steps whose partitions any node may run
 * @param doorbell how nodes tell each other that there is something to do
 * @param server what else there is of the server
 */
public record RepositoryParts(
        DataSource dataSource,
        TransactionManager transactions,
        Supplier<NodeIdentity> node,
        Duration lease,
        Duration outage,
        LaunchRules rules,
        Supplier<@Nullable String> submitter,
        ClassLoader application,
        String serialFilter,
        KeySource keys,
        int listed,
        Set<String> shared,
        @Nullable String schema,
        boolean others,
        Capacity capacity,
        Doorbells.Settings doorbell,
        ServerParts server) {

    public RepositoryParts {
        shared = Set.copyOf(shared);
    }

    /** Which lists {@value #ExecutionLists#LISTED} executions of a job, shares with nobody, has its tables where its data are, and sees others; outside of a server. */
    public RepositoryParts(
            DataSource dataSource,
            TransactionManager transactions,
            Supplier<NodeIdentity> node,
            Duration lease,
            Duration outage,
            LaunchRules rules,
            Supplier<@Nullable String> submitter,
            ClassLoader application,
            String serialFilter,
            KeySource keys) {
        this(
                dataSource,
                transactions,
                node,
                lease,
                outage,
                rules,
                submitter,
                application,
                serialFilter,
                keys,
                ExecutionLists.LISTED,
                Set.of(),
                null,
                true,
                Capacity.OF_THIS_MACHINE,
                Doorbells.Settings.NONE,
                ServerParts.NONE);
    }
}
