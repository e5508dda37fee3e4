package dev.reprise.parameters;

import java.util.Collection;
import java.util.Optional;

/** Guesses which name somebody meant who wrote another. */
public final class SimilarName {

    private static final int FARTHEST = 2;

    private SimilarName() {}

    /** The nearest known name, at most two letters changed, left out or put in; of equally near ones the first. */
    public static Optional<String> of(String written, Collection<String> known) {
        String nearest = null;
        int nearestDistance = FARTHEST + 1;
        for (String name : known) {
            int distance = distance(written, name);
            if (distance < nearestDistance) {
                nearest = name;
                nearestDistance = distance;
            }
        }
        return Optional.ofNullable(nearest);
    }

    /** Levenshtein's distance, or any number above {@value #FARTHEST} where it is larger than that. */
    private static int distance(String a, String b) {
        if (Math.abs(a.length() - b.length()) > FARTHEST) {
            return FARTHEST + 1; // also keeps a hostile name of a megabyte cheap
        }
        int[] above = new int[b.length() + 1];
        for (int column = 0; column <= b.length(); column++) {
            above[column] = column;
        }
        for (int row = 1; row <= a.length(); row++) {
            int[] here = new int[b.length() + 1];
            here[0] = row;
            for (int column = 1; column <= b.length(); column++) {
                int changed = above[column - 1] + (a.charAt(row - 1) == b.charAt(column - 1) ? 0 : 1);
                here[column] = Math.min(changed, 1 + Math.min(above[column], here[column - 1]));
            }
            above = here;
        }
        return above[b.length()];
    }
}
