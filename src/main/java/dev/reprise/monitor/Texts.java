package dev.reprise.monitor;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Names that somebody looks for by a part of them. */
final class Texts {

    private Texts() {}

    /**
     * The names of whose texts one is a part, in any case.
     *
     * @param text of a name: itself, and what else it is called
     */
    static List<String> with(String part, Collection<String> names, UnaryOperator<String> text) {
        String wanted = part.toLowerCase(Locale.ROOT);
        return names.stream()
                .filter(name -> text.apply(name).toLowerCase(Locale.ROOT).contains(wanted))
                .toList();
    }
}
