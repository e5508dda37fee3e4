package dev.reprise.operate;

import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.internal.store.Belonging;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import dev.reprise.state.WaysOut;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;

/** Parameters with which a restart is asked of another application (contract.md §8.8). */
final class Travelling {

    private Travelling() {}

    /**
     * Refuses what must not stand in the database until another application's node has read it.
     *
     * @param known the parameters of the execution
     */
    static void check(Belonging its, long executionId, Map<String, String> changed, JobParameters known) {
        SortedMap<String, JobParameter> before = known.byName();
        List<String> faults = new ArrayList<>();
        changed.keySet().stream()
                .filter(name ->
                        !Set.of(WaysOut.ACCEPT_DEFINITION, WaysOut.START_ANEW).contains(name))
                .map(name -> name.startsWith(JobParameters.NON_IDENTIFYING_MARK)
                        ? name.substring(JobParameters.NON_IDENTIFYING_MARK.length())
                        : name)
                .filter(name -> !before.containsKey(name)
                        || Objects.requireNonNull(before.get(name)).secret())
                .map(name -> name + ": its value is not sent to another application: it is a secret, or new, and then"
                        + " nobody knows here whether it is one")
                .forEach(faults::add);
        if (!faults.isEmpty()) {
            throw new LaunchRefusedException(new Refusal(
                    Refusal.Kind.INVALID_PARAMETERS,
                    its.jobName(),
                    its.instanceId(),
                    executionId,
                    null,
                    faults,
                    "Execution " + executionId + " of " + its.jobName() + " is not restarted: "
                            + String.join("; ", faults) + ". Restart it in the console of '" + its.application()
                            + "'."));
        }
    }
}
