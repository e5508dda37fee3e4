package dev.reprise.repository;

import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What a person may say to a restart whose definition has changed, as reserved parameters of the request (semantics.md §8.2):
 * they identify nothing, no schema judges them, and they are not kept.
 *
 * @param accepted the change that is accepted, as its refusal calls it; null if none is
 * @param anew the steps that begin anew instead of where they stopped
 */
record WaysOut(@Nullable String accepted, List<String> anew) {

    static final WaysOut NONE = new WaysOut(null, List.of());

    WaysOut {
        anew = List.copyOf(anew);
    }

    static WaysOut in(Properties asked) {
        String steps = asked.getProperty(RepriseRepository.START_ANEW, "");
        return new WaysOut(
                asked.getProperty(RepriseRepository.ACCEPT_DEFINITION),
                Arrays.stream(steps.split(",", -1))
                        .map(String::strip)
                        .filter(step -> !step.isEmpty())
                        .distinct()
                        .toList());
    }

    /** The same parameters without these; what the engine merges them with stays behind them. */
    static Properties without(Properties asked) {
        Properties others = (Properties) asked.clone();
        others.remove(RepriseRepository.ACCEPT_DEFINITION);
        others.remove(RepriseRepository.START_ANEW);
        return others;
    }
}
