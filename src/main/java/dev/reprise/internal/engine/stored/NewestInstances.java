package dev.reprise.internal.engine.stored;

import jakarta.batch.runtime.JobInstance;
import java.util.AbstractList;
import java.util.List;
import org.jberet.runtime.JobInstanceImpl;

/**
 * The instances of a job for {@code JobOperator.getJobInstances(name, start, count)}, which takes a sublist of what the
 * repository returns: only that sublist is ever read. Its {@link #size()} is the largest there is, because counting
 * would cost more the longer the history is; a sublist has as many elements as there really are.
 */
public final class NewestInstances extends AbstractList<JobInstance> {

    /** Reads a part of the list. */
    @FunctionalInterface
    public interface Page {
        List<JobInstanceImpl> read(int offset, int limit);
    }

    private final Page page;

    public NewestInstances(Page page) {
        this.page = page;
    }

    @Override
    public List<JobInstance> subList(int from, int to) {
        int limit = to - from; // the count that the engine has added, also where that overflowed
        if (from < 0 || limit < 0) {
            throw new IllegalArgumentException("There are no " + limit + " job instances from place " + from
                    + " on: the start and the count of getJobInstances are 0 or more.");
        }
        return List.copyOf(page.read(from, limit));
    }

    @Override
    public JobInstance get(int index) {
        List<JobInstance> one = subList(index, index + 1);
        if (one.isEmpty()) {
            throw new IndexOutOfBoundsException(index);
        }
        return one.get(0);
    }

    @Override
    public int size() {
        return Integer.MAX_VALUE;
    }
}
