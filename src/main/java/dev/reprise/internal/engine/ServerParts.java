package dev.reprise.internal.engine;

import dev.reprise.access.Caller;
import dev.reprise.log.ExecutionLogs;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a deployment has of its server beside its database.
 *
 * @param callers whom the server's security knows on the asking thread, with what they may do
 * @param up whether jobs may be launched by now: all modules of the deployment are known, and the server neither boots nor
 *     is suspended
 * @param logs those of single executions
 * @param archive the folder where purged history is kept, which can be written to; empty to keep none
 * @param inTheNameOf runs something on the calling thread as a caller whom the server's security knows by that name; null:
 *     nobody
 */
public record ServerParts(
        Supplier<Optional<Caller>> callers,
        BooleanSupplier up,
        Optional<ExecutionLogs> logs,
        Optional<Path> archive,
        BiConsumer<@Nullable String, Runnable> inTheNameOf) {

    /** Of a process that is no server. */
    public static final ServerParts NONE =
            new ServerParts(Optional::empty, () -> true, Optional.empty(), Optional.empty());

    /** Whose security knows nobody by a name. */
    public ServerParts(
            Supplier<Optional<Caller>> callers,
            BooleanSupplier up,
            Optional<ExecutionLogs> logs,
            Optional<Path> archive) {
        this(callers, up, logs, archive, (name, work) -> work.run());
    }
}
