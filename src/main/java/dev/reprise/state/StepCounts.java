package dev.reprise.state;

import java.util.Locale;

/**
 * The eight counts of a step execution or partition (contract.md §4): write, filter and commit counts are those of
 * committed chunks, the others are the engine's.
 *
 * @param read items read, also those of chunks that were rolled back
 * @param written items written in committed chunks
 * @param filtered items that the processor dropped in committed chunks
 * @param commits committed chunks
 * @param rollbacks chunks rolled back
 * @param readSkips exceptions skipped while reading
 * @param processSkips items skipped because the processor threw
 * @param writeSkips chunks skipped because the writer threw
 */
public record StepCounts(
        long read,
        long written,
        long filtered,
        long commits,
        long rollbacks,
        long readSkips,
        long processSkips,
        long writeSkips) {

    public StepCounts plus(StepCounts other) {
        return new StepCounts(
                read + other.read,
                written + other.written,
                filtered + other.filtered,
                commits + other.commits,
                rollbacks + other.rollbacks,
                readSkips + other.readSkips,
                processSkips + other.processSkips,
                writeSkips + other.writeSkips);
    }

    /** For the log: nothing for a step that has no items, what there is for others. */
    public String summary() {
        if (read == 0 && commits == 0) {
            return "";
        }
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, ": read %,d, written %,d in %,d commits", read, written, commits));
        add(text, filtered, "filtered");
        add(text, readSkips + processSkips + writeSkips, "skipped");
        add(text, rollbacks, "rollbacks");
        return text.toString();
    }

    private static void add(StringBuilder text, long count, String what) {
        if (count > 0) {
            text.append(String.format(Locale.ROOT, ", %,d %s", count, what));
        }
    }

    public static final StepCounts NONE = new StepCounts(0, 0, 0, 0, 0, 0, 0, 0);
}
