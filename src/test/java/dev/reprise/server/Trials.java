package dev.reprise.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.Skip;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * How often something was broken, and what was lost by it; printed as a table when the tests of the process end.
 *
 * <p>Each trial has a seed of its own, which is printed: {@code -Dreprise.chaos.seed=…} with a count of 1 is that trial
 * once more.
 *
 * <p>A trial that fails is a loss, and the next one begins with empty tables. The test fails after its last trial, or
 * after its fifth loss. A trial whose fault came too late, because its job was quicker, is none and is made again.
 */
public final class Trials {

    private static final int MOST_LOSSES = 5;

    /** More than these would not be chance. */
    private static final int MOST_TOO_LATE = 20;

    private static final Map<String, Tally> TALLIES = new LinkedHashMap<>();

    private final String kind;
    private long seed;

    /**
     * What faults have done to the runs that they met.
     *
     * @param lost items that a COMPLETED run should have written and has not
     * @param twice items that are there once more than they should be
     * @param left runs that have ended and are not COMPLETED: a person would have to go on
     * @param byPolicy the same of batchlets whose node died: they are left to a person unless their job says otherwise
     * @param restarts how often a run went on in a new execution: else the fault has met none of its statements
     * @param stalls how long each run wrote nothing, at the longest, from the fault to its end
     */
    public record Harm(int lost, int twice, int left, int byPolicy, int restarts, List<Duration> stalls) {

        public static final Harm NONE = new Harm(0, 0, 0, 0, 0, List.of());

        public Harm plus(Harm more) {
            List<Duration> all = new ArrayList<>(stalls);
            all.addAll(more.stalls);
            return new Harm(
                    lost + more.lost,
                    twice + more.twice,
                    left + more.left,
                    byPolicy + more.byPolicy,
                    restarts + more.restarts,
                    List.copyOf(all));
        }

        public Harm plus(List<Duration> more) {
            return plus(new Harm(0, 0, 0, 0, 0, more));
        }

        /** Whether nothing is lost, twice, or left without a policy that says so. */
        public boolean isNone() {
            return lost + twice + left == 0;
        }

        @Override
        public String toString() {
            return lost + " lost, " + twice + " twice, " + left + " left for a person, " + byPolicy
                    + " by policy, " + restarts + " restarts, written nothing for "
                    + stalls.stream().map(Trials::seconds).toList();
        }
    }

    private static final class Tally {
        private int trials;
        private int faults;
        private int failed;
        private @Nullable Harm harm;
    }

    /** One trial. */
    @FunctionalInterface
    public interface Trial {

        /** Returns how many faults it has made; 0 if it was too late for any. */
        int run(int number, RandomGenerator random) throws Exception;
    }

    /** @param kind of fault, for the table */
    public Trials(String kind) {
        this.kind = kind;
        this.seed = Long.getLong("reprise.chaos.seed", System.nanoTime());
    }

    /**
     * How much of a kind there is to be: {@code -Dreprise.chaos.<kind>=…}.
     *
     * @param usual in the ordinary build
     * @param chaos in the long form, {@code -Pchaos}
     */
    public static int count(String kind, int usual, int chaos) {
        return Integer.getInteger("reprise.chaos." + kind, Boolean.getBoolean("reprise.chaos") ? chaos : usual);
    }

    /** What a trial of this kind has done, for the table. */
    public void note(Harm harm) {
        synchronized (TALLIES) {
            Tally tally = tally();
            tally.harm = tally.harm == null ? harm : tally.harm.plus(harm);
        }
        System.out.println(kind + ": " + harm);
    }

    private Tally tally() {
        return TALLIES.computeIfAbsent(kind, first -> new Tally());
    }

    /** Runs a trial so many times. */
    public void run(Cluster cluster, int times, Trial trial) {
        Skip.unless(times > 0, kind + ", in the long form alone, -Pchaos");
        List<Throwable> losses = new ArrayList<>();
        int tooLate = 0;
        for (int number = 1; number <= times && losses.size() < MOST_LOSSES; number++) {
            int faults = 1;
            Throwable loss = null;
            String which = "trial " + number + " of " + times + " of " + kind + ", -Dreprise.chaos.seed=" + seed;
            System.out.println(which);
            try {
                faults = trial.run(
                        number, RandomGeneratorFactory.of("L64X128MixRandom").create(seed++));
            } catch (Exception | AssertionError e) {
                loss = new AssertionError(which, e);
            }
            if (faults == 0) {
                System.out.println("Trial " + number + " of " + kind + " came too late for its job, and is made again");
                assertThat(++tooLate)
                        .as("trials of " + kind + " that came too late")
                        .isLessThan(MOST_TOO_LATE);
                number--;
                continue;
            }
            synchronized (TALLIES) {
                Tally tally = tally();
                tally.trials++;
                tally.faults += faults;
                tally.failed += loss == null ? 0 : 1;
            }
            if (loss != null) {
                losses.add(loss);
                cluster.reset();
                Cluster.ready(cluster.pace(), cluster.pool());
            }
        }
        if (!losses.isEmpty()) {
            AssertionError failure = new AssertionError(
                    losses.size() + " of " + times + " trials of " + kind + " failed", losses.get(0));
            losses.stream().skip(1).forEach(failure::addSuppressed);
            throw failure;
        }
    }

    /** Prints the table, if there was a trial. */
    static void print() {
        synchronized (TALLIES) {
            if (TALLIES.isEmpty()) {
                return;
            }
            StringBuilder table = new StringBuilder(String.format(
                    "%n%-52s %8s %8s %8s %8s %8s %8s %8s %8s %9s %9s%n",
                    "",
                    "trials",
                    "faults",
                    "failed",
                    "lost",
                    "twice",
                    "left",
                    "policy",
                    "restarts",
                    "median",
                    "longest"));
            TALLIES.forEach((kind, tally) -> table.append(row(kind, tally)));
            System.out.println(table);
        }
    }

    /** Those that count nothing fail where something is lost. */
    private static String row(String kind, Tally tally) {
        String counts = String.format("%-52s %8d %8d %8d", kind, tally.trials, tally.faults, tally.failed);
        Harm harm = tally.harm;
        if (harm == null) {
            return counts + System.lineSeparator();
        }
        List<Duration> stalls = harm.stalls().stream().sorted().toList();
        return counts
                + String.format(
                        " %8d %8d %8d %8d %8d %9s %9s%n",
                        harm.lost(),
                        harm.twice(),
                        harm.left(),
                        harm.byPolicy(),
                        harm.restarts(),
                        stalls.isEmpty() ? "" : seconds(stalls.get(stalls.size() / 2)),
                        stalls.isEmpty() ? "" : seconds(stalls.get(stalls.size() - 1)));
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
