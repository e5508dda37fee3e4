package dev.reprise.state;

import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What a person may say to a restart whose definition has changed, as reserved parameters of the request (contract.md §8.2):
 * they identify nothing, no schema judges them, and they are not kept.
 *
 * @param accepted the change that is accepted, as its refusal calls it; null if none is
 * @param anew the steps that begin anew instead of where they stopped
 */
public record WaysOut(@Nullable String accepted, List<String> anew) {

    /**
     * The parameter of a restart that accepts a change of the definition, as its {@link Refusal#acceptance} says
     * (contract.md §8.2). It identifies nothing and is not kept.
     */
    public static final String ACCEPT_DEFINITION = "reprise.accept-definition";

    /**
     * The parameter of a restart that names steps, separated by commas, which begin anew instead of where they stopped. It
     * identifies nothing and is not kept.
     */
    public static final String START_ANEW = "reprise.start-anew";

    public static final WaysOut NONE = new WaysOut(null, List.of());

    public WaysOut {
        anew = List.copyOf(anew);
    }

    public static WaysOut in(Properties asked) {
        String steps = asked.getProperty(START_ANEW, "");
        return new WaysOut(
                asked.getProperty(ACCEPT_DEFINITION),
                Arrays.stream(steps.split(",", -1))
                        .map(String::strip)
                        .filter(step -> !step.isEmpty())
                        .distinct()
                        .toList());
    }

    /** The same parameters without these; what the engine merges them with stays behind them. */
    public static Properties without(Properties asked) {
        Properties others = (Properties) asked.clone();
        others.remove(ACCEPT_DEFINITION);
        others.remove(START_ANEW);
        return others;
    }
}
