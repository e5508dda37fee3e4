package dev.reprise.bench.war;

import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Named;
import java.util.List;

/** Writes nothing. */
@Dependent
@Named("noWriter")
public class NoWriter extends AbstractItemWriter {

    @Override
    public void writeItems(List<Object> items) {
        Nothing.RAN.release();
    }
}
