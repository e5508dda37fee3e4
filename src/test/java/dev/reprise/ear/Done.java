package dev.reprise.ear;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Named;

/** Does nothing more. */
@Dependent
@Named
public class Done extends AbstractBatchlet {

    @Override
    public String process() {
        return "DONE";
    }
}
