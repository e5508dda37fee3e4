package dev.reprise.job;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jberet.job.model.Flow;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobElement;
import org.jberet.job.model.Partition;
import org.jberet.job.model.PartitionPlan;
import org.jberet.job.model.Split;
import org.jberet.job.model.Step;
import org.jspecify.annotations.Nullable;

/**
 * A step whose partitions any node of the application may run that has room (contract.md §9).
 *
 * @param step its id
 * @param most how many of them run at a time, at most; null where a mapper alone says how many there are
 */
public record DistributedStep(String step, @Nullable Integer most) {

    /** Those of a job whose expressions are resolved, in document order. */
    static List<DistributedStep> in(Job job) {
        List<DistributedStep> found = new ArrayList<>();
        collect(job.getJobElements(), found);
        return List.copyOf(found);
    }

    private static void collect(List<? extends JobElement> elements, List<DistributedStep> found) {
        for (JobElement element : elements) {
            if (element instanceof Step step && !step.isAbstract() && PartitionPlace.mayLeave(step)) {
                OptionalInt most = most(step);
                found.add(new DistributedStep(step.getId(), most.isPresent() ? most.getAsInt() : null));
            } else if (element instanceof Flow flow && !flow.isAbstract()) {
                collect(flow.getJobElements(), found);
            } else if (element instanceof Split split) {
                collect(split.getFlows(), found);
            }
        }
    }

    private static OptionalInt most(Step step) {
        int most = PartitionPlace.most(step, Integer.MAX_VALUE);
        Partition partition = step.getPartition();
        PartitionPlan plan = partition.getMapper() == null ? partition.getPlan() : null;
        return IntStream.concat(
                        IntStream.of(most),
                        plan == null
                                ? IntStream.empty()
                                : IntStream.of(number(plan.getPartitions(), 1), number(plan.getThreads(), most)))
                .filter(number -> number > 0 && number < Integer.MAX_VALUE)
                .min();
    }

    private static int number(@Nullable String value, int unless) {
        return value != null && PartitionPlace.isNumber(value) ? Integer.parseInt(value) : unless;
    }
}
