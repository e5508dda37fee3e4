package org.example.shop;

import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Named;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.util.List;
import java.util.Properties;

/** A partition for each customer. */
@Dependent
@Named
public class Customers implements PartitionMapper {

    @PersistenceContext
    private EntityManager orders;

    @Override
    public PartitionPlan mapPartitions() {
        List<String> customers =
                orders.createNamedQuery("customers", String.class).getResultList();
        PartitionPlanImpl plan = new PartitionPlanImpl();
        plan.setPartitions(customers.size());
        plan.setThreads(4);
        plan.setPartitionProperties(customers.stream().map(Customers::properties).toArray(Properties[]::new));
        return plan;
    }

    private static Properties properties(String customer) {
        Properties properties = new Properties();
        properties.setProperty("customer", customer);
        return properties;
    }
}
