package dev.reprise.testing;

import jakarta.transaction.TransactionManager;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jberet.job.model.Job;
import org.jberet.operations.AbstractJobOperator;
import org.jberet.repository.ApplicationAndJobName;
import org.jberet.repository.JobRepository;
import org.jberet.spi.ArtifactFactory;
import org.jberet.spi.BatchEnvironment;
import org.jberet.spi.JobExecutor;
import org.jberet.spi.JobTask;
import org.jberet.spi.JobXmlResolver;
import org.jspecify.annotations.Nullable;

/** The engine as a server has it: its environment, its threads, and the job operator that works with both. */
final class Engine extends AbstractJobOperator implements BatchEnvironment, AutoCloseable {

    private final String application;
    private final JobRepository repository;
    private final TransactionManager transactions;
    private final ArtifactFactory artifacts;
    private final JobXmlResolver files;
    private final ClassLoader loader = Thread.currentThread().getContextClassLoader();
    private final Map<String, Job> defined = new ConcurrentHashMap<>();
    private final ExecutorService threads;
    private final JobExecutor executor;

    Engine(
            String application,
            JobRepository repository,
            TransactionManager transactions,
            ArtifactFactory artifacts,
            JobXmlResolver files,
            int size) {
        this.application = application;
        this.repository = repository;
        this.transactions = transactions;
        this.artifacts = artifacts;
        this.files = files;
        AtomicInteger thread = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(size, task -> {
            Thread created = new Thread(task, "batch-" + thread.incrementAndGet());
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
    }

    void define(Job job) {
        defined.put(job.getId(), job);
        repository.addJob(new ApplicationAndJobName(application, job.getId()), job);
    }

    @Nullable
    Job defined(String name) {
        return defined.get(name);
    }

    /** Undoes {@link #define}. */
    void forget(String name, @Nullable Job before) {
        if (before == null) {
            defined.remove(name);
        } else {
            defined.put(name, before);
        }
        repository.removeJob(name);
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
    public long start(String name, @Nullable Properties parameters, @Nullable String user) {
        Job job = defined.get(name);
        return job == null ? super.start(name, parameters, user) : start(job, parameters, user);
    }

    /** All that could be started, as on WildFly. */
    @Override
    public Set<String> getJobNames() {
        Set<String> names = new TreeSet<>(defined.keySet());
        for (String file : files.getJobXmlNames(loader)) {
            names.add(files.resolveJobName(file, loader));
        }
        return names;
    }

    @Override
    public ClassLoader getClassLoader() {
        return loader;
    }

    @Override
    public ArtifactFactory getArtifactFactory() {
        return artifacts;
    }

    @Override
    public void submitTask(JobTask task) {
        executor.execute(task);
    }

    @Override
    public TransactionManager getTransactionManager() {
        return transactions;
    }

    @Override
    public JobXmlResolver getJobXmlResolver() {
        return files;
    }

    @Override
    public Properties getBatchConfigurationProperties() {
        return new Properties();
    }

    @Override
    public String getApplicationName() {
        return application;
    }

    /** Interrupts what runs, and waits for its threads a little. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            threads.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
