package org.example.shop;

import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Named;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Queue;

/** By the customers' names. */
@Dependent
@Named
public class InvoiceReader extends AbstractItemReader {

    private static final int PAGE = 100;

    private final Queue<Invoice> page = new ArrayDeque<>();
    private String last = "";

    @PersistenceContext
    private EntityManager invoices;

    @Override
    public void open(Serializable checkpoint) {
        last = checkpoint == null ? "" : (String) checkpoint;
    }

    @Override
    public Invoice readItem() {
        if (page.isEmpty()) {
            page.addAll(invoices.createNamedQuery("invoices", Invoice.class)
                    .setParameter("after", last)
                    .setMaxResults(PAGE)
                    .getResultList());
        }
        Invoice next = page.poll();
        if (next != null) {
            last = next.customer();
        }
        return next;
    }

    @Override
    public String checkpointInfo() {
        return last;
    }
}
