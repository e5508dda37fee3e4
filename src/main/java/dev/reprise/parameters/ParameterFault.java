package dev.reprise.parameters;

import dev.reprise.log.Shown;
import java.util.Comparator;

/**
 * One thing that is wrong with the parameters of a launch, in words for the person who gave them.
 *
 * @param parameter the parameter's name as it may be shown: control characters made visible, cut when very long; empty
 *     where the fault is in how several parameters go together
 * @param message the value, the rule and what would be right, without the name: {@code '120' is more than the maximum
 *     100}
 */
public record ParameterFault(String parameter, String message) implements Comparable<ParameterFault> {

    private static final Comparator<ParameterFault> ORDER =
            Comparator.comparing(ParameterFault::parameter).thenComparing(ParameterFault::message);

    public ParameterFault {
        parameter = Shown.text(parameter);
    }

    /** By name, then by message. */
    @Override
    public int compareTo(ParameterFault other) {
        return ORDER.compare(this, other);
    }

    /** The fault as messages show it: {@code maxRejectPercent: '120' is more than the maximum 100}. */
    @Override
    public String toString() {
        return parameter.isEmpty() ? message : parameter + ": " + message;
    }
}
