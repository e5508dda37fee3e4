package dev.reprise.bench.war;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Named;
import java.util.concurrent.Semaphore;

/** The step that does nothing: what remains is what a launch costs. */
@Dependent
@Named("nothing")
public class Nothing extends AbstractBatchlet {

    /** One permit for each time that it ran. */
    static final Semaphore RAN = new Semaphore(0);

    @Override
    public String process() {
        RAN.release();
        return "DONE";
    }
}
