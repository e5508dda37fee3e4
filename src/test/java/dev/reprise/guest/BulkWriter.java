package dev.reprise.guest;

import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;

/** Has the name that a writer of the library had; what it has written is the job's exit status. */
@Dependent
@Named("bulkWriter")
public class BulkWriter extends AbstractItemWriter {

    private final JobContext job;

    @Inject
    BulkWriter(JobContext job) {
        this.job = job;
    }

    @Override
    public void writeItems(List<Object> items) {
        String before = job.getExitStatus();
        job.setExitStatus((before == null ? "wrote" : before) + " " + items);
    }
}
