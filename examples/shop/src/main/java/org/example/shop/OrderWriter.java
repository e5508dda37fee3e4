package org.example.shop;

import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Named;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.util.List;

/** In the chunk's transaction. What the database refuses, as an order that is there already, is skipped alone. */
@Dependent
@Named
public class OrderWriter extends AbstractItemWriter {

    @PersistenceContext
    private EntityManager orders;

    @Override
    public void writeItems(List<Object> items) {
        items.forEach(orders::persist);
        orders.flush();
    }
}
