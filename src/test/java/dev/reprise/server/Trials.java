package dev.reprise.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * How often something was broken, and what was lost by it; printed as a table when the tests of the process end.
 *
 * <p>A trial that fails is a loss, and the next one begins with empty tables. The test fails after its last trial, or
 * after its fifth loss. A trial whose fault came too late, because its job was quicker, is none and is made again.
 */
public final class Trials {

    private static final int MOST_LOSSES = 5;

    /** More than these would not be chance. */
    private static final int MOST_TOO_LATE = 20;

    private static final Map<String, Tally> TALLIES = new TreeMap<>();

    private final String kind;
    private final long seed;
    private final RandomGenerator random;

    private record Tally(int trials, int faults, int losses) {
        Tally plus(int faultsMore, int lossesMore) {
            return new Tally(trials + 1, faults + faultsMore, losses + lossesMore);
        }
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
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
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

    /** Runs a trial so many times. */
    public void run(Cluster cluster, int times, Trial trial) {
        System.out.println("Trials of " + kind + ": " + times + ", -Dreprise.chaos.seed=" + seed);
        List<Throwable> losses = new ArrayList<>();
        int tooLate = 0;
        for (int number = 1; number <= times && losses.size() < MOST_LOSSES; number++) {
            int faults = 1;
            Throwable loss = null;
            try {
                faults = trial.run(number, random);
            } catch (Exception | AssertionError e) {
                loss = new AssertionError(kind + ", trial " + number + " of " + times, e);
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
                TALLIES.merge(
                        kind,
                        new Tally(1, faults, loss == null ? 0 : 1),
                        (all, one) -> all.plus(one.faults(), one.losses()));
            }
            if (loss != null) {
                losses.add(loss);
                cluster.reset();
                Cluster.ready();
            }
        }
        if (!losses.isEmpty()) {
            AssertionError failure = new AssertionError(
                    losses.size() + " of " + times + " trials of " + kind + " failed; -Dreprise.chaos.seed=" + seed,
                    losses.get(0));
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
            StringBuilder table =
                    new StringBuilder(String.format("%n%-32s %8s %8s %8s%n", "", "trials", "faults", "losses"));
            TALLIES.forEach((kind, tally) -> table.append(
                    String.format("%-32s %8d %8d %8d%n", kind, tally.trials(), tally.faults(), tally.losses())));
            System.out.println(table);
        }
    }
}
