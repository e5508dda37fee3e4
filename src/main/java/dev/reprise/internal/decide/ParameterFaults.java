package dev.reprise.internal.decide;

import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.internal.database.Text;
import dev.reprise.state.Storable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedSet;
import java.util.TreeSet;

/** The faults of parameters that no schema knows of. */
final class ParameterFaults {

    private ParameterFaults() {}

    /** What {@link Properties} takes and its own methods then pass over: names and values that are no texts. */
    static List<String> ofTypes(Properties given) {
        SortedSet<String> faults = new TreeSet<>();
        given.forEach((name, value) -> {
            String shown = Text.line(String.valueOf(name));
            if (!(name instanceof String)) {
                faults.add(shown + ": the name is not a text but "
                        + name.getClass().getName());
            } else if (!(value instanceof String)) {
                faults.add(shown + ": the value is not a text but "
                        + value.getClass().getName() + "; give it with setProperty");
            }
        });
        try {
            Collections.list(given.propertyNames()).stream()
                    .map(String.class::cast)
                    .filter(name -> !given.containsKey(name) && given.getProperty(name) == null)
                    .forEach(name -> faults.add(
                            Text.line(name) + ": the value among the defaults of the properties is not a text"));
        } catch (ClassCastException e) {
            if (given.keySet().stream().allMatch(String.class::isInstance)) {
                faults.add("a name among the defaults of the properties is not a text");
            }
        }
        return new ArrayList<>(faults);
    }

    /** What the tables and the engine cannot take. */
    static List<String> of(JobParameters parameters) {
        List<String> faults = new ArrayList<>();
        parameters
                .byName()
                .forEach((name, parameter) -> faultOf(name, parameter).ifPresent(faults::add));
        return faults;
    }

    private static Optional<String> faultOf(String name, JobParameter parameter) {
        if (Text.length(name) > Text.NAME_COLUMN) {
            return Optional.of(Text.line(name) + ": the name has " + Text.length(name) + " characters; names may have "
                    + Text.NAME_COLUMN);
        }
        if (Text.length(parameter.value()) > Text.TEXT_COLUMN) {
            return Optional.of(Text.line(name) + ": the value has " + Text.length(parameter.value())
                    + " characters; values may have " + Text.TEXT_COLUMN);
        }
        if (parameter.value().contains("#{")) {
            return Optional.of(Text.line(name) + ": has '#{', which the engine would take for an expression");
        }
        if (name.indexOf('\u0000') >= 0 || parameter.value().indexOf('\u0000') >= 0) {
            return Optional.of(Text.line(name) + ": has a NUL character, which databases cannot store");
        }
        if (!Storable.isWhole(name) || !Storable.isWhole(parameter.value())) {
            return Optional.of(Text.line(name) + ": has half of a surrogate pair, which is no character");
        }
        return Optional.empty();
    }
}
