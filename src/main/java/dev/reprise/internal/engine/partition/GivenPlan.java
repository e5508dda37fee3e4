package dev.reprise.internal.engine.partition;

import dev.reprise.internal.database.Text;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The partition plan that job XML or a mapper gives, with all that the engine relies on: properties for each partition, and
 * a number of threads. What contradicts itself is refused (JSR-352 §8.2.6).
 */
public final class GivenPlan {

    private final String who;

    /**
     * @param who gives it, as the beginning of a message
     */
    private GivenPlan(String who) {
        this.who = who;
    }

    /**
     * The plan in job XML.
     *
     * @param written null where the partition element is empty: one partition
     * @throws IllegalStateException if it contradicts itself
     */
    public static PartitionPlan ofXml(String step, org.jberet.job.model.@Nullable PartitionPlan written) {
        GivenPlan given = new GivenPlan("The plan of step " + step);
        if (written == null) {
            return given.complete(1, 0, null, false);
        }
        int partitions = given.number("partitions", written.getPartitions(), 1);
        int threads = given.number("threads", written.getThreads(), 0);
        return given.complete(partitions, threads, given.properties(partitions, written.getPropertiesList()), false);
    }

    private @Nullable Properties[] properties(int partitions, List<org.jberet.job.model.Properties> written) {
        @Nullable Properties[] properties = new Properties[Math.max(partitions, 0)];
        for (org.jberet.job.model.Properties one : written) {
            int partition = number("properties partition", one.getPartition(), 0);
            if (partition < 0 || partition >= properties.length) {
                throw new IllegalStateException(who + " has properties for partition " + partition + ", but "
                        + (partitions == 1 ? "one partition" : partitions + " partitions")
                        + "; they are numbered from 0.");
            }
            if (properties[partition] != null) {
                throw new IllegalStateException(who + " has properties for partition " + partition + " twice.");
            }
            properties[partition] = org.jberet.job.model.Properties.toJavaUtilProperties(one);
        }
        return properties;
    }

    private int number(String attribute, @Nullable String value, int otherwise) {
        if (value == null) {
            return otherwise;
        }
        try {
            return Integer.parseInt(value.trim());
        } catch (NumberFormatException e) {
            throw new IllegalStateException(
                    who + " has " + attribute + "=\"" + Text.line(value) + "\", which is no number.", e);
        }
    }

    /**
     * The plan of a mapper.
     *
     * @throws IllegalStateException if it contradicts itself, or there is none
     */
    public static PartitionPlan ofMapper(@Nullable PartitionPlan mapped, String mapper, String step) {
        GivenPlan given = new GivenPlan("The plan of partition mapper " + mapper + " of step " + step);
        if (mapped == null) {
            throw new IllegalStateException("Partition mapper " + mapper + " of step " + step + " gave no plan.");
        }
        return given.complete(
                mapped.getPartitions(),
                mapped.getThreads(),
                mapped.getPartitionProperties(),
                mapped.getPartitionsOverride());
    }

    private PartitionPlan complete(
            int partitions, int threads, @Nullable Properties @Nullable [] properties, boolean override) {
        if (partitions < 0 || threads < 0) {
            throw new IllegalStateException(
                    who + " has " + partitions + " partitions on " + threads + " threads; neither can be negative.");
        }
        int given = properties == null ? 0 : properties.length;
        if (given > partitions) {
            throw new IllegalStateException(who + " has properties for " + given + " partitions, but only " + partitions
                    + " partitions; those of the others would be lost.");
        }
        Properties[] all = new Properties[partitions];
        Arrays.setAll(all, i -> {
            Properties own = properties == null || i >= given ? null : properties[i];
            return own == null ? new Properties() : own;
        });
        PartitionPlanImpl plan = new PartitionPlanImpl();
        plan.setPartitions(partitions);
        plan.setThreads(threads == 0 ? Math.max(partitions, 1) : threads);
        plan.setPartitionProperties(all);
        plan.setPartitionsOverride(override);
        return plan;
    }
}
