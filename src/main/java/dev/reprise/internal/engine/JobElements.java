package dev.reprise.internal.engine;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jberet.job.model.Decision;
import org.jberet.job.model.Flow;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobElement;
import org.jberet.job.model.Listeners;
import org.jberet.job.model.Partition;
import org.jberet.job.model.Properties;
import org.jberet.job.model.RefArtifact;
import org.jberet.job.model.Split;
import org.jberet.job.model.Step;
import org.jspecify.annotations.Nullable;

/**
 * The elements of one execution's own copy of a job, by name and place. What the engine would not do as JSR-352 says, or not tell
 * of, is mended in the copy: patterns, deciders, partitions, listeners (decision 014). Not changed after it was made, but for
 * ways that lead nowhere any more.
 */
public final class JobElements {

    /** What the engine leaves to {@link Pattern} beside the two wildcards of JSR-352 §8.6. */
    private static final Pattern META_CHARACTER = Pattern.compile("[\\\\.\\[\\]{}()+^$|]");

    /** Holds a wildcard, and matches nothing. */
    private static final String TAKEN_FOR_AN_EXPRESSION = "[*]{0}";

    /**
     * Where an element is.
     *
     * @param order among all elements of the job's XML
     * @param around the flows and splits that it lies in, the innermost last
     */
    record Place(JobElement element, int order, List<JobElement> around) {

        /** The flow that it lies in, or of a flow the split; null at job level. */
        @Nullable
        JobElement within() {
            return around.isEmpty() ? null : around.get(around.size() - 1);
        }
    }

    private final Job job;
    private final Map<String, Place> places = new HashMap<>();
    private final Set<String> withoutListeners = new HashSet<>();
    private final Map<String, RefArtifact> deciders = new HashMap<>();
    private final Map<String, Partition> partitions = new HashMap<>();
    private final boolean jobListeners;

    JobElements(Job job) {
        this.job = job;
        walk(job.getJobElements(), List.of());
        this.jobListeners = job.getListeners() != null;
        attend(job);
    }

    /** Where an element is; null if there is none of that name. */
    @Nullable
    Place place(String element) {
        return places.get(element);
    }

    /** Puts {@link JobAttendant} in front of the job's listeners. */
    private static void attend(Job job) {
        job.setListeners(behind(JobAttendant.class.getName(), job.getListeners()));
    }

    private void walk(List<? extends JobElement> elements, List<JobElement> around) {
        for (JobElement element : elements) {
            List<JobElement> inside =
                    Stream.concat(around.stream(), Stream.of(element)).toList();
            places.put(element.getId(), new Place(element, places.size(), around));
            element.getTransitionElements().forEach(transition -> {
                if (transition.getOn() != null) {
                    transition.setOn(asTheEngineReads(transition.getOn()));
                }
            });
            if (element instanceof Step step && step.getListeners() == null) {
                withoutListeners.add(step.getId());
            }
            if (element instanceof Step step && step.getChunk() != null) {
                step.setListeners(behind(ChunkWitness.REF, step.getListeners()));
            }
            if (element instanceof Step step && step.getPartition() != null) {
                callBack(step);
            } else if (element instanceof Decision decision) {
                record(decision);
            } else if (element instanceof Flow flow) {
                walk(flow.getJobElements(), inside);
            } else if (element instanceof Split split) {
                split.getFlows().forEach(JobElements::goNowhere);
                walk(split.getFlows(), inside);
            }
        }
    }

    /**
     * The engine compares a pattern without wildcards as it is. In one that has a wildcard it makes {@code .} of each
     * {@code ?} and {@code .*} of each {@code *}, and takes the whole for a regular expression.
     */
    public static String asTheEngineReads(String on) {
        if (on.equals("*") || !(on.contains("*") || on.contains("?"))) {
            return on;
        }
        String literal = META_CHARACTER.matcher(on).replaceAll("\\\\$0");
        return literal.replace("?", "[\\s\\S]").replace("*", "[\\s\\S]{0,}") + TAKEN_FOR_AN_EXPRESSION;
    }

    /** Puts {@link RecordedDecider} in front of the decider. */
    private void record(Decision decision) {
        RefArtifact decider = new RefArtifact(decision.getRef());
        decider.setProperties(decision.getProperties());
        deciders.put(decision.getId(), decider);
        Properties properties = new Properties();
        properties.setNameValues(new LinkedHashMap<>(Map.of(RecordedDecider.DECISION, decision.getId())));
        decision.setProperties(properties);
        decision.setRef(RecordedDecider.class.getName());
    }

    /** Leaves to {@link PartitionCallbacks} what the engine calls around the partitions of a step, and their plan. */
    private void callBack(Step step) {
        Partition written = step.getPartition();
        Partition left = new Partition();
        left.setCollector(written.getCollector());
        left.setMapper(new RefArtifact(PartitionCallbacks.REF));
        step.setPartition(left);
        partitions.put(step.getId(), written);
        step.setListeners(behind(PartitionCallbacks.REF, step.getListeners()));
    }

    private static Listeners behind(String first, @Nullable Listeners others) {
        Listeners listeners = new Listeners();
        listeners.getListeners().add(new RefArtifact(first));
        if (others != null) {
            listeners.getListeners().addAll(others.getListeners());
        }
        return listeners;
    }

    /** The partitions of a step as job XML has them. */
    Partition partition(String step) {
        return Objects.requireNonNull(partitions.get(step), step);
    }

    /** The decider that job XML names for a decision. */
    RefArtifact decider(String decision) {
        return Objects.requireNonNull(deciders.get(decision), decision);
    }

    /** The execution's own copy of a step; null if there is none of that name. */
    @Nullable
    Step step(String id) {
        Place place = places.get(id);
        return place != null && place.element() instanceof Step step ? step : null;
    }

    /** Whether only the engine works between the start of the job and the start of its first step. */
    boolean beginsWithAPlainStep() {
        return hasNoJobListeners()
                && !job.getJobElements().isEmpty()
                && job.getJobElements().get(0) instanceof Step first
                && withoutListeners.contains(first.getId())
                && first.getPartition() == null;
    }

    boolean hasNoJobListeners() {
        return !jobListeners;
    }

    /** Whether only the engine works between the return of a step's batchlet and the end of the step. */
    boolean hasNoStepListeners(String step) {
        return withoutListeners.contains(step);
    }

    /** Whether a step is a batchlet: the engine gives it no transaction, and what it has on its thread is its own. */
    boolean isBatchlet(String step) {
        Place place = places.get(step);
        return place != null && place.element() instanceof Step plain && plain.getBatchlet() != null;
    }

    static void goNowhere(JobElement element) {
        element.getTransitionElements().clear();
        if (element instanceof Step step) {
            step.setAttributeNext(null);
        } else if (element instanceof Flow flow) {
            flow.setAttributeNext(null);
        } else if (element instanceof Split split) {
            split.setAttributeNext(null);
        }
    }

    /** Whether there is such an element directly in a flow or split, or at job level. */
    boolean isBeside(String element, @Nullable JobElement within) {
        Place place = places.get(element);
        return place != null && place.within() == within;
    }
}
