package dev.reprise.testing;

import dev.reprise.internal.engine.Capacity;
import dev.reprise.internal.engine.RepriseRepository;
import jakarta.batch.operations.JobOperator;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jberet.job.model.Job;
import org.jberet.spi.JobOperatorContext;

/** {@link AnotherNode} with a job operator of its own, which a thread has whose context class loader is {@link #home}. */
public final class OtherEngine implements AutoCloseable {

    private static final Map<ClassLoader, JobOperatorContext> CONTEXTS = new ConcurrentHashMap<>();

    private final ClassLoader home = new URLClassLoader(new URL[0], OtherEngine.class.getClassLoader());
    private final String url;
    private final AnotherNode node;

    public OtherEngine(String url, String name, Path folder, Map<String, Supplier<?>> artifacts, Job... jobs) {
        this.url = url;
        node = new AnotherNode(url, name, new Capacity(1, Set.of()), folder, artifacts, home);
        for (Job job : jobs) {
            node.with(job);
        }
        CONTEXTS.put(home, JobOperatorContext.create((JobOperator) node.engine));
        JobOperatorContext.setJobOperatorContextSelector(
                () -> CONTEXTS.get(Thread.currentThread().getContextClassLoader()));
    }

    /** What leads to its job operator. */
    public ClassLoader home() {
        return home;
    }

    /** That of this node. */
    public RepriseRepository repository() {
        return node.repository;
    }

    /** As far as others see; what it runs goes on, and finds that it is not its own any more. */
    public void dies() {
        try {
            node.dies(url);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        CONTEXTS.remove(home);
        node.close();
    }
}
