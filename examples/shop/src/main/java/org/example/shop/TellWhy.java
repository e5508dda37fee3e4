package org.example.shop;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Named;
import java.util.logging.Logger;

/** What somebody has to look at. */
@Dependent
@Named
public class TellWhy extends AbstractBatchlet {

    private static final Logger LOG = Logger.getLogger(TellWhy.class.getName());

    @Override
    public String process() {
        LOG.severe("No invoices: the import skipped too many lines, each told above");
        return "TOLD";
    }
}
