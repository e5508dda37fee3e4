package dev.reprise.bench.war;

import dev.reprise.bench.peer.ImportRun;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Properties;

/** As many partitions as asked for, each with a file of its own, in four threads at most. */
@Dependent
@Named("filePerPartition")
public class FilePerPartition implements PartitionMapper {

    private static final int MOST_THREADS = 4;

    private final String file;
    private final int partitions;

    @Inject
    FilePerPartition(@BatchProperty(name = "file") String file, @BatchProperty(name = "partitions") String partitions) {
        this.file = file;
        this.partitions = Integer.parseInt(partitions);
    }

    @Override
    public PartitionPlan mapPartitions() {
        Properties[] properties = new Properties[partitions];
        for (int i = 0; i < partitions; i++) {
            properties[i] = new Properties();
            properties[i].setProperty(
                    "file", ImportRun.ofPartition(file, i, partitions).toString());
        }
        PartitionPlanImpl plan = new PartitionPlanImpl();
        plan.setPartitions(partitions);
        plan.setThreads(Math.min(MOST_THREADS, partitions));
        plan.setPartitionProperties(properties);
        return plan;
    }
}
