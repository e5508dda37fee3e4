package dev.reprise.internal.engine;

import dev.reprise.state.StepCounts;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the row of a step or partition has, as far as was heard: its version, and what is committed. To be guarded by who has it.
 */
final class InTheRow {

    private long version;
    private StepCounts counts;
    private Map<String, byte @Nullable []> kept;
    private @Nullable InDoubt inDoubt;
    private @Nullable InDoubt beforeLastCommit;
    private boolean answerWasLost;

    InTheRow(long version, StepCounts counts, Map<String, byte @Nullable []> kept) {
        this.version = version;
        this.counts = counts;
        this.kept = kept;
    }

    long version() {
        return version;
    }

    StepCounts counts() {
        return counts;
    }

    Map<String, byte @Nullable []> kept() {
        return kept;
    }

    /** Something of it was written that is no chunk. */
    void updated() {
        version++;
    }

    void committed(StepCounts now, Map<String, byte @Nullable []> values) {
        beforeLastCommit = new InDoubt(counts, kept);
        counts = now;
        kept = values;
        inDoubt = null;
        version++;
    }

    /** The commit of a chunk failed: it may have been committed nonetheless. */
    void doubt(StepCounts would, Map<String, byte @Nullable []> values) {
        inDoubt = new InDoubt(would, values);
    }

    /** The row is as after the commit of the chunk that is in doubt, if there is one; then this is, too. */
    boolean wasCommitted(long rowVersion, long commits) {
        InDoubt chunk = inDoubt;
        if (chunk == null
                || rowVersion != version + 1
                || commits != chunk.counts().commits()) {
            return false;
        }
        committed(chunk.counts(), chunk.values());
        answerWasLost = true;
        return true;
    }

    /** The row is as before the last commit; then this is, too. */
    boolean wasNotCommitted(long rowVersion, long commits) {
        InDoubt before = beforeLastCommit;
        if (before == null
                || rowVersion != version - 1
                || commits != before.counts().commits()) {
            return false;
        }
        counts = before.counts();
        kept = before.values();
        beforeLastCommit = null;
        version--;
        return true;
    }

    /** Whether a chunk was committed whose commit failed, as far as anybody was told. */
    boolean hasLostAnAnswer() {
        return answerWasLost;
    }
}
