package ${package};

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;

@Dependent
@Named
class Numbers extends AbstractItemReader {

    private final int upTo;
    private int last;

    @Inject
    Numbers(@BatchProperty(name = "upTo") String upTo) {
        this.upTo = Integer.parseInt(upTo);
    }

    @Override
    public void open(Serializable checkpoint) {
        last = checkpoint == null ? 0 : (Integer) checkpoint; // where the last committed chunk ended
    }

    @Override
    public Integer readItem() {
        return last < upTo ? ++last : null;
    }

    @Override
    public Integer checkpointInfo() {
        return last;
    }
}
