package dev.reprise.bench.war;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Properties;

/** As many partitions as asked for, which are all alike, in as many threads; 0: nothing is said of threads. */
@Dependent
@Named("parts")
public class Parts implements PartitionMapper {

    private final int partitions;
    private final int threads;

    /** With what its properties say. */
    @Inject
    public Parts(
            @BatchProperty(name = "partitions") String partitions, @BatchProperty(name = "threads") String threads) {
        this.partitions = Integer.parseInt(partitions);
        this.threads = Integer.parseInt(threads);
    }

    @Override
    public PartitionPlan mapPartitions() {
        PartitionPlanImpl plan = new PartitionPlanImpl();
        plan.setPartitions(partitions);
        plan.setThreads(threads);
        Properties[] properties = new Properties[partitions];
        for (int i = 0; i < partitions; i++) {
            properties[i] = new Properties();
            properties[i].setProperty("part", String.valueOf(i));
        }
        plan.setPartitionProperties(properties);
        return plan;
    }
}
