package dev.reprise.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.reprise.identity.JobParameters;
import dev.reprise.state.WaysOut;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The body of a restart. */
record Restart(
        @JsonProperty("nonIdentifying") @Nullable Map<String, @Nullable String> nonIdentifying,
        @JsonProperty("wait") @Nullable Integer waitSeconds,
        @JsonProperty("acceptDefinition") @Nullable String acceptDefinition,
        @JsonProperty("startAnew") @Nullable List<String> startAnew) {

    Map<String, String> changed() {
        Map<String, String> changed = new TreeMap<>();
        if (nonIdentifying != null) {
            nonIdentifying
                    .entrySet()
                    .forEach(parameter -> changed.put(
                            JobParameters.NON_IDENTIFYING_MARK + JobsResource.name(parameter.getKey()),
                            JobsResource.value(parameter)));
        }
        if (acceptDefinition != null) {
            changed.put(WaysOut.ACCEPT_DEFINITION, acceptDefinition);
        }
        if (startAnew != null && !startAnew.isEmpty()) {
            changed.put(WaysOut.START_ANEW, String.join(",", startAnew));
        }
        return changed;
    }
}
