package org.example.shop;

import jakarta.batch.api.chunk.listener.SkipReadListener;
import jakarta.batch.api.chunk.listener.SkipWriteListener;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Named;
import java.util.List;
import java.util.logging.Logger;

/** Tells of what was skipped. */
@Dependent
@Named
public class Rejects implements SkipReadListener, SkipWriteListener {

    private static final Logger LOG = Logger.getLogger(Rejects.class.getName());

    @Override
    public void onSkipReadItem(Exception why) {
        LOG.warning(() -> "Skipped: " + why.getMessage());
    }

    @Override
    public void onSkipWriteItem(List<Object> orders, Exception why) {
        orders.forEach(order -> LOG.warning(() -> "Skipped: order " + ((PlacedOrder) order).id() + " is there already"));
    }
}
