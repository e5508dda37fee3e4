package dev.reprise.internal.store;

import dev.reprise.state.StepCounts;
import jakarta.batch.runtime.BatchStatus;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The row of a step or partition that runs, as who runs it knows it. */
public interface StepRow {

    long id();

    String name();

    /** The version that the row has, as far as was heard. */
    long version();

    /** The row of its step, if it is a partition. */
    @Nullable
    StepRow partitionOf();

    /** Whether its counts are those of its partitions. */
    boolean isPartitioned();

    /** What is committed. */
    StepCounts committed();

    /** What it has counted when it ends. */
    StepCounts atTheEnd();

    /** What a restart would begin with, by parameter of the statements, as far as it is committed. */
    Map<String, byte @Nullable []> kept();

    BatchStatus status();

    @Nullable
    String exitStatus();

    /** Serialized, as it is now. */
    byte @Nullable [] userData();

    /** What its collector has given since the last commit, serialized, if it is a partition that any node may run. */
    List<byte @Nullable []> collected();

    /** Takes a commit for done of which nobody was told, if that is what the row says; then this is at its version. */
    boolean wasCommitted(long rowVersion, long commits);

    /** Takes a commit for undone that was said to be done, if that is what the row says; then this is at its version. */
    boolean wasNotCommitted(long rowVersion, long commits);
}
