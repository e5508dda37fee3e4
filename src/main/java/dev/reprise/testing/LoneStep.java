package dev.reprise.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jberet.creation.ArchiveXmlLoader;
import org.jberet.job.model.Flow;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobElement;
import org.jberet.job.model.Split;
import org.jberet.job.model.Step;

/** A job of one of its steps, alone: what the job says of itself holds, the step's transitions do not. */
final class LoneStep {

    private LoneStep() {}

    /**
     * Works while the engine knows the job as one of that step.
     *
     * @throws IllegalArgumentException if the job has no such step
     */
    static <T> T define(String job, String step, Engine engine, Supplier<T> work) {
        Job alone = of(job, step, engine);
        Job before = engine.defined(job);
        engine.define(alone);
        try {
            return work.get();
        } finally {
            engine.forget(job, before);
        }
    }

    private static Job of(String job, String step, Engine engine) {
        Job alone = ArchiveXmlLoader.loadJobXml(
                job, engine.getClassLoader(), new ArrayList<>(), engine.getJobXmlResolver());
        Step found = find(alone.getJobElements(), step)
                .orElseThrow(() -> new IllegalArgumentException("job '" + job + "' has no step '" + step + "'"));
        found.setAttributeNext(null);
        found.getTransitionElements().clear();
        alone.setJobElements(new ArrayList<>(List.of(found)));
        return alone;
    }

    private static Optional<Step> find(List<? extends JobElement> elements, String name) {
        for (JobElement element : elements) {
            if (element instanceof Step step && step.getId().equals(name)) {
                return Optional.of(step);
            }
            Optional<Step> inside = element instanceof Flow flow
                    ? find(flow.getJobElements(), name)
                    : element instanceof Split split ? find(split.getFlows(), name) : Optional.empty();
            if (inside.isPresent()) {
                return inside;
            }
        }
        return Optional.empty();
    }
}
