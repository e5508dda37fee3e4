package org.example.shop;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Queue;

/** A page after the other, each after the last order of that before. */
@Dependent
@Named
public class OrdersOfCustomer extends AbstractItemReader {

    private static final int PAGE = 100;

    private final String customer;
    private final Queue<PlacedOrder> page = new ArrayDeque<>();
    private long last;

    @PersistenceContext
    private EntityManager orders;

    @Inject
    OrdersOfCustomer(@BatchProperty(name = "customer") String customer) {
        this.customer = customer;
    }

    @Override
    public void open(Serializable checkpoint) {
        last = checkpoint == null ? 0 : (Long) checkpoint;
    }

    @Override
    public PlacedOrder readItem() {
        if (page.isEmpty()) {
            page.addAll(orders.createNamedQuery("ordersOfCustomer", PlacedOrder.class)
                    .setParameter("customer", customer)
                    .setParameter("after", last)
                    .setMaxResults(PAGE)
                    .getResultList());
        }
        PlacedOrder next = page.poll();
        if (next != null) {
            last = next.id();
        }
        return next;
    }

    @Override
    public Long checkpointInfo() {
        return last;
    }
}
