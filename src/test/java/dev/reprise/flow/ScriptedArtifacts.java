package dev.reprise.flow;

import dev.reprise.testing.InProcessBatch;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.Decider;
import jakarta.batch.runtime.StepExecution;
import jakarta.batch.runtime.context.StepContext;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;

/** The batchlet and the decider of scripted jobs, and what they did. Thread-safe. */
final class ScriptedArtifacts {

    static final String BATCHLET = "scripted-batchlet";
    static final String DECIDER = "scripted-decider";
    static final String DECISION = "decision";

    /** A step that does what its script says. */
    static StepBuilder step(String id) {
        return new StepBuilder(id).batchlet(BATCHLET);
    }

    private Map<String, List<String>> scripts = Map.of();
    private final Map<String, Integer> calls = new HashMap<>();
    private final List<String> trace = new ArrayList<>();

    InProcessBatch.Builder addTo(InProcessBatch.Builder builder) {
        return builder.artifact(BATCHLET, () -> new ScriptedBatchlet(this))
                .artifact(DECIDER, () -> new ScriptedDecider(this));
    }

    /** Another job, from the beginning: what each call of a step or decision returns; the last one holds from then on. */
    synchronized void play(Map<String, List<String>> scriptOfEach) {
        scripts = Map.copyOf(scriptOfEach);
        calls.clear();
        trace.clear();
    }

    /** What was called since the last time this was asked, such as {@code step1} and {@code decision1(step1)}. */
    synchronized List<String> takeTrace() {
        List<String> taken = List.copyOf(trace);
        trace.clear();
        return taken;
    }

    private synchronized @Nullable String call(String id, String event) {
        trace.add(event);
        int n = calls.merge(id, 1, Integer::sum) - 1;
        String says = ScriptedJob.call(scripts.getOrDefault(id, List.of(ScriptedJob.NOTHING)), n);
        if (says.equals(ScriptedJob.THROWS)) {
            throw new IllegalStateException("as the script of " + id + " says");
        }
        return says.equals(ScriptedJob.NOTHING) ? null : says;
    }

    private static final class ScriptedBatchlet extends AbstractBatchlet {

        private final ScriptedArtifacts scripted;

        @Inject
        private StepContext step;

        ScriptedBatchlet(ScriptedArtifacts scripted) {
            this.scripted = scripted;
        }

        @Override
        public @Nullable String process() {
            String id = step.getStepName();
            return scripted.call(id, id);
        }
    }

    private static final class ScriptedDecider implements Decider {

        private final ScriptedArtifacts scripted;

        @Inject
        @BatchProperty(name = DECISION)
        private String id;

        ScriptedDecider(ScriptedArtifacts scripted) {
            this.scripted = scripted;
        }

        @Override
        public @Nullable String decide(@Nullable StepExecution[] preceding) {
            List<String> names = Arrays.stream(preceding)
                    .map(step -> step == null ? "nothing" : step.getStepName())
                    .toList();
            return scripted.call(id, id + "(" + String.join(" ", names) + ")");
        }
    }
}
