package dev.reprise.job;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The {@code on} of a transition: {@code *} stands for any characters, also none, {@code ?} for one character, everything
 * else for itself.
 */
public record ExitStatusPattern(String text) {

    /** Stands for all characters that no pattern of a comparison names. */
    private static final int ANY_OTHER = -1;

    /** A comparison that needs more states than this is given up; a pattern of a person needs a dozen. */
    private static final int MOST_STATES = 2_000;

    /** Whether an exit status is one of those that the pattern stands for. */
    boolean matches(String exitStatus) {
        int[] pattern = text.codePoints().toArray();
        int[] status = exitStatus.codePoints().toArray();
        int at = 0;
        int in = 0;
        int star = -1;
        int afterStar = 0;
        while (in < status.length) {
            if (at < pattern.length && pattern[at] == '*') {
                star = at++;
                afterStar = in;
            } else if (at < pattern.length && (pattern[at] == '?' || pattern[at] == status[in])) {
                at++;
                in++;
            } else if (star >= 0) {
                at = star + 1;
                in = ++afterStar; // let the last * take one more
            } else {
                return false;
            }
        }
        while (at < pattern.length && pattern[at] == '*') {
            at++;
        }
        return at == pattern.length;
    }

    /**
     * Whether each exit status that this pattern stands for is one that some of the others stand for too. Exact, also
     * where only several others together cover it; false where the comparison would take too long.
     */
    public boolean isCoveredBy(Collection<ExitStatusPattern> others) {
        Automaton mine = new Automaton(List.of(this));
        Automaton theirs = new Automaton(others);
        Set<Integer> alphabet = new TreeSet<>(mine.literals());
        alphabet.addAll(theirs.literals());
        alphabet.add(ANY_OTHER);

        record Both(BitSet mine, BitSet theirs) {}
        Set<Both> seen = new HashSet<>();
        Deque<Both> open = new ArrayDeque<>();
        open.add(new Both(mine.start(), theirs.start()));
        while (!open.isEmpty()) {
            Both both = open.remove();
            if (both.mine().isEmpty() || !seen.add(both)) {
                continue;
            }
            if (mine.accepts(both.mine()) && !theirs.accepts(both.theirs())) {
                return false;
            }
            if (seen.size() > MOST_STATES) {
                return false;
            }
            for (int character : alphabet) {
                open.add(new Both(mine.after(both.mine(), character), theirs.after(both.theirs(), character)));
            }
        }
        return true;
    }

    /** Several patterns side by side; a state is a place before a character of one of them, or after its last. */
    private static final class Automaton {

        /** The patterns one after another, each with an end. */
        private static final int END = -2;

        private final int[] places;

        Automaton(Collection<ExitStatusPattern> patterns) {
            List<Integer> all = new ArrayList<>();
            for (ExitStatusPattern pattern : patterns) {
                pattern.text().codePoints().forEach(all::add);
                all.add(END);
            }
            this.places = all.stream().mapToInt(Integer::intValue).toArray();
        }

        Set<Integer> literals() {
            Set<Integer> literals = new HashSet<>();
            for (int place : places) {
                if (place != '*' && place != '?' && place != END) {
                    literals.add(place);
                }
            }
            return literals;
        }

        BitSet start() {
            BitSet states = new BitSet();
            for (int i = 0; i < places.length; i++) {
                if (i == 0 || places[i - 1] == END) {
                    add(states, i);
                }
            }
            return states;
        }

        BitSet after(BitSet states, int character) {
            BitSet next = new BitSet();
            states.stream().forEach(i -> {
                if (places[i] == '*') {
                    add(next, i);
                } else if (places[i] != END && (places[i] == '?' || places[i] == character)) {
                    add(next, i + 1);
                }
            });
            return next;
        }

        boolean accepts(BitSet states) {
            return states.stream().anyMatch(i -> places[i] == END);
        }

        /** A star may also stand for nothing. */
        private void add(BitSet states, int place) {
            int at = place;
            states.set(at);
            while (places[at] == '*') {
                states.set(++at);
            }
        }
    }
}
