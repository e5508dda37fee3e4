package org.example.shop;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.Decider;
import jakarta.batch.runtime.Metric;
import jakarta.batch.runtime.StepExecution;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.stream.Stream;

/** Says {@code TOO MANY} where the import skipped more lines than the job may. */
@Dependent
@Named
public class Rejected implements Decider {

    private final int most;

    @Inject
    Rejected(@BatchProperty(name = "most") String most) {
        this.most = Integer.parseInt(most);
    }

    @Override
    public String decide(StepExecution[] executions) {
        long skipped = Stream.of(executions)
                .flatMap(step -> Stream.of(step.getMetrics()))
                .filter(metric -> metric.getType() == Metric.MetricType.READ_SKIP_COUNT
                        || metric.getType() == Metric.MetricType.WRITE_SKIP_COUNT)
                .mapToLong(Metric::getValue)
                .sum();
        return skipped > most ? "TOO MANY" : "FEW";
    }
}
