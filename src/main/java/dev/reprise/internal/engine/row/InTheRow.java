package dev.reprise.internal.engine.row;

import dev.reprise.state.StepCounts;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the row of a step or partition has, as far as was heard: its version, and what is committed. To be guarded by who has it.
 */
public final class InTheRow {

    private long version;
    private StepCounts counts;
    private Map<String, byte @Nullable []> kept;
    private @Nullable InDoubt inDoubt;
    private @Nullable InDoubt beforeLastCommit;
    private boolean answerWasLost;

    public InTheRow(long version, StepCounts counts, Map<String, byte @Nullable []> kept) {
        this.version = version;
        this.counts = counts;
        this.kept = kept;
    }

    public long version() {
        return version;
    }

    public StepCounts counts() {
        return counts;
    }

    public Map<String, byte @Nullable []> kept() {
        return kept;
    }

    /** Something of it was written that is no chunk. */
    public void updated() {
        version++;
    }

    public void committed(StepCounts now, Map<String, byte @Nullable []> values) {
        beforeLastCommit = new InDoubt(counts, kept);
        counts = now;
        kept = values;
        inDoubt = null;
        version++;
    }

    /** The commit of a chunk failed: it may have been committed nonetheless. */
    public void doubt(StepCounts would, Map<String, byte @Nullable []> values) {
        inDoubt = new InDoubt(would, values);
    }

    /** The row is as after the commit of the chunk that is in doubt, if there is one; then this is, too. */
    public boolean wasCommitted(long rowVersion, long commits) {
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
    public boolean wasNotCommitted(long rowVersion, long commits) {
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
        answerWasLost = true;
        return true;
    }

    /** Whether a commit did not end as anybody was told: it failed and is there, or it is not there and was said to be. */
    public boolean hasLostAnAnswer() {
        return answerWasLost;
    }
}
