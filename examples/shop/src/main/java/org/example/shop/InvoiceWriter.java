package org.example.shop;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.util.List;

/** Adds a chunk's orders to the customer's invoice, in the transaction that records how far the step has come. */
@Dependent
@Named
public class InvoiceWriter extends AbstractItemWriter {

    private final String customer;

    @PersistenceContext
    private EntityManager invoices;

    @Inject
    InvoiceWriter(@BatchProperty(name = "customer") String customer) {
        this.customer = customer;
    }

    @Override
    public void writeItems(List<Object> items) {
        Invoice known = invoices.find(Invoice.class, customer);
        Invoice invoice = known != null ? known : new Invoice(customer);
        items.forEach(order -> invoice.add(((PlacedOrder) order).amount()));
        invoices.merge(invoice);
    }
}
