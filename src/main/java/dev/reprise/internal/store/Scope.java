package dev.reprise.internal.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Whose instances an application runs and shows (contract.md §8): its own, those of the applications that it shares
 * with, and nobody's. A statement says {@code :scope} for them.
 *
 * @param applications its own name first; the empty one, of nobody, last
 */
public record Scope(List<String> applications) {

    /** What stands in the column of an instance that no application has run yet. */
    static final String NOBODY = "";

    private static final String PLACE = ":scope";

    public Scope {
        applications = List.copyOf(applications);
    }

    /**
     * The scope of an application.
     *
     * @param shared the applications that it shares with, in no order
     */
    public static Scope of(String application, Set<String> shared) {
        Set<String> all = new LinkedHashSet<>();
        all.add(application);
        all.addAll(shared);
        all.add(NOBODY);
        return new Scope(List.copyOf(all));
    }

    /** The application itself. */
    public String own() {
        return applications.get(0);
    }

    /** The same, and some applications more. */
    Scope with(List<String> others) {
        Set<String> all = new LinkedHashSet<>(ofApplications().applications);
        all.addAll(others);
        all.add(NOBODY);
        return new Scope(List.copyOf(all));
    }

    /** The same without what is nobody's. */
    Scope ofApplications() {
        return new Scope(
                applications.stream().filter(name -> !name.equals(NOBODY)).toList());
    }

    /**
     * Whether what belongs to an application is in it.
     *
     * @param application null is nobody, too
     */
    public boolean includes(@Nullable String application) {
        return applications.contains(application == null ? NOBODY : application);
    }

    /** A statement that says {@code in (:scope)}. */
    public String in(String statement) {
        return statement.replace(
                PLACE,
                IntStream.range(0, applications.size()).mapToObj(i -> PLACE + i).collect(Collectors.joining(", ")));
    }

    /**
     * A query that says {@code between :scope and :scope}, once for each application: an index that begins with the
     * application has the order of what follows it for one alone. A range of one name, and ordered by it, because only that
     * index has its order; for a single name the database might walk over all that is newer and another application's.
     */
    public String each(String query) {
        List<String> queries = new ArrayList<>();
        for (int i = 0; i < applications.size(); i++) {
            // In mere parentheses H2 would give what it found the last time, whatever limit it had then.
            queries.add("select * from (" + query.replace(PLACE, PLACE + i) + ") OF_APPLICATION");
        }
        return String.join("\nunion all\n", queries);
    }

    public Map<String, String> bindings() {
        Map<String, String> bindings = new HashMap<>();
        for (int i = 0; i < applications.size(); i++) {
            bindings.put(PLACE.substring(1) + i, applications.get(i));
        }
        return bindings;
    }
}
