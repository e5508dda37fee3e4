package dev.reprise.bench.scale;

import jakarta.transaction.TransactionManager;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jberet.operations.AbstractJobOperator;
import org.jberet.repository.JobRepository;
import org.jberet.spi.ArtifactFactory;
import org.jberet.spi.BatchEnvironment;
import org.jberet.spi.JobExecutor;
import org.jberet.spi.JobOperatorContext;
import org.jberet.spi.JobTask;
import org.jberet.spi.JobXmlResolver;
import org.jberet.tools.AbstractJobXmlResolver;
import org.jspecify.annotations.Nullable;

/** The engine of one of many nodes in this process; whose it is, the context class loader of a thread says. */
final class NodeEngine extends AbstractJobOperator implements BatchEnvironment, AutoCloseable {

    private static final Map<ClassLoader, JobOperatorContext> ENGINES = new ConcurrentHashMap<>();

    private final String application;
    private final JobRepository repository;
    private final ClassLoader loader;
    private final Map<String, Supplier<?>> artifacts;
    private final ExecutorService threads;
    private final JobExecutor executor;

    NodeEngine(
            String application,
            JobRepository repository,
            ClassLoader loader,
            Map<String, Supplier<?>> artifacts,
            int size) {
        this.application = application;
        this.repository = repository;
        this.loader = loader;
        this.artifacts = artifacts;
        this.threads = Executors.newFixedThreadPool(size, task -> {
            Thread created = new Thread(task, loader.getName());
            created.setDaemon(true);
            created.setContextClassLoader(loader);
            return created;
        });
        this.executor = new JobExecutor(threads) {
            @Override
            protected int getMaximumPoolSize() {
                return size;
            }
        };
        ENGINES.put(loader, JobOperatorContext.create((jakarta.batch.operations.JobOperator) this));
        JobOperatorContext.setJobOperatorContextSelector(
                () -> ENGINES.get(Thread.currentThread().getContextClassLoader()));
    }

    @Override
    public BatchEnvironment getBatchEnvironment() {
        return this;
    }

    @Override
    public JobRepository getJobRepository() {
        return repository;
    }

    @Override
    public Set<String> getJobNames() {
        return repository.getJobNames();
    }

    @Override
    public ClassLoader getClassLoader() {
        return loader;
    }

    @Override
    public ArtifactFactory getArtifactFactory() {
        return new ArtifactFactory() {
            @Override
            public @Nullable Object create(String name, Class<?> type, ClassLoader of) {
                Supplier<?> artifact = artifacts.get(name);
                return artifact == null ? null : artifact.get();
            }

            @Override
            public void destroy(Object artifact) {}

            @Override
            public @Nullable Class<?> getArtifactClass(String name, ClassLoader of) {
                Supplier<?> artifact = artifacts.get(name);
                return artifact == null ? null : artifact.get().getClass();
            }
        };
    }

    @Override
    public void submitTask(JobTask task) {
        executor.execute(task);
    }

    @Override
    public TransactionManager getTransactionManager() {
        return Pool.transactions();
    }

    /** All jobs are made, none is read. */
    @Override
    public JobXmlResolver getJobXmlResolver() {
        return new AbstractJobXmlResolver() {};
    }

    @Override
    public Properties getBatchConfigurationProperties() {
        return new Properties();
    }

    @Override
    public String getApplicationName() {
        return application;
    }

    @Override
    public void close() {
        ENGINES.remove(loader);
        threads.shutdownNow();
    }
}
