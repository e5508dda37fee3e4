package dev.reprise.testing;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.batch.api.Batchlet;
import jakarta.batch.api.chunk.ItemReader;
import jakarta.enterprise.context.spi.CreationalContext;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jberet.creation.AbstractArtifactFactory;
import org.jberet.creation.ArtifactCreationContext;
import org.jberet.job.model.BatchArtifacts;
import org.jberet.runtime.context.JobContextImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jspecify.annotations.Nullable;

/**
 * Makes batch artifacts: what the test gave a name, else CDI beans where there is a container, else instances of the
 * classes that job XML or {@code batch.xml} names. Readers and batchlets fail where the test wants them to. Thread-safe.
 */
final class Artifacts extends AbstractArtifactFactory {

    /** What was handed out in place of another object, and what that needs when it is over. */
    private record Made(Object artifact, @Nullable CreationalContext<?> context) {}

    private final Map<String, Supplier<?>> named;
    private final @Nullable BeanManager beans;
    private final Function<Class<?>, @Nullable Object> resources;
    private final Failures failures;
    private final Map<Object, Made> handedOut = Collections.synchronizedMap(new IdentityHashMap<>());

    /**
     * @param named artifacts by the name that job XML refers to
     * @param beans null without CDI
     * @param resources what a {@code @Resource} field of a type gets
     */
    Artifacts(
            Map<String, Supplier<?>> named,
            @Nullable BeanManager beans,
            Function<Class<?>, @Nullable Object> resources,
            Failures failures) {
        this.named = named;
        this.beans = beans;
        this.resources = resources;
        this.failures = failures;
    }

    @Override
    public Class<?> getArtifactClass(String ref, ClassLoader loader) {
        Supplier<?> supplier = named.get(ref);
        if (supplier != null) {
            return supplier.get().getClass();
        }
        Bean<?> bean = beans == null ? null : findBean(ref, beans, loader);
        return bean == null ? classOf(ref, loader) : bean.getBeanClass();
    }

    @Override
    public Object create(String ref, @Nullable Class<?> type, ClassLoader loader) throws Exception {
        ArtifactCreationContext creation = ArtifactCreationContext.getCurrentArtifactCreationContext();
        Supplier<?> supplier = named.get(ref);
        Bean<?> bean = supplier != null || beans == null ? null : findBean(ref, beans, loader);
        if (beans != null && bean != null) {
            CreationalContext<?> context = beans.createCreationalContext(bean);
            return handOut(new Made(beans.getReference(bean, bean.getBeanClass(), context), context), creation);
        }
        Object artifact = supplier != null
                ? supplier.get()
                : classOf(ref, loader).getDeclaredConstructor().newInstance();
        doInjection(
                artifact,
                artifact.getClass(),
                loader,
                (JobContextImpl) creation.getJobContext(),
                (StepContextImpl) creation.getStepContext(),
                creation.getProperties());
        injectResources(artifact);
        invokeAnnotatedLifecycleMethod(artifact, artifact.getClass(), PostConstruct.class);
        return handOut(new Made(artifact, null), creation);
    }

    private static Class<?> classOf(String ref, ClassLoader loader) {
        JobContextImpl job = (JobContextImpl)
                ArtifactCreationContext.getCurrentArtifactCreationContext().getJobContext();
        BatchArtifacts artifacts = job.getBatchArtifacts();
        String name = artifacts == null ? null : artifacts.getClassNameForRef(ref);
        try {
            return loader.loadClass(name == null ? ref : name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(
                    "There is no artifact '" + ref + "': neither a class of that name on the class path nor a bean."
                            + " Name it with artifact(\"" + ref + "\", …), or list its class in beans(…).",
                    e);
        }
    }

    private void injectResources(Object artifact) throws IllegalAccessException {
        for (Class<?> type = artifact.getClass(); type != null && type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.isAnnotationPresent(Resource.class)) {
                    field.setAccessible(true);
                    field.set(artifact, resources.apply(field.getType()));
                }
            }
        }
    }

    private Object handOut(Made made, ArtifactCreationContext creation) {
        Object artifact = made.artifact();
        String step = creation.getStepContext() == null
                ? null
                : creation.getStepContext().getStepName();
        Object handed = step == null
                ? artifact
                : artifact instanceof ItemReader reader
                        ? new FailingReader(reader, step)
                        : artifact instanceof Batchlet batchlet ? new FailingBatchlet(batchlet, step) : artifact;
        handedOut.put(handed, made);
        return handed;
    }

    @Override
    public void destroy(@Nullable Object instance) {
        Made made = instance == null ? null : handedOut.remove(instance);
        if (made == null) {
            return;
        }
        if (made.context() == null) {
            super.destroy(made.artifact());
        } else {
            made.context().release();
        }
    }

    /** Fails before the n-th read. */
    private final class FailingReader implements ItemReader {

        private final ItemReader reader;
        private final String step;

        FailingReader(ItemReader reader, String step) {
            this.reader = reader;
            this.step = step;
        }

        @Override
        public void open(@Nullable Serializable checkpoint) throws Exception {
            reader.open(checkpoint);
        }

        @Override
        public void close() throws Exception {
            reader.close();
        }

        @Override
        public @Nullable Object readItem() throws Exception {
            failures.reached(step);
            return reader.readItem();
        }

        @Override
        public @Nullable Serializable checkpointInfo() throws Exception {
            return reader.checkpointInfo();
        }
    }

    /** Fails before it works. */
    private final class FailingBatchlet implements Batchlet {

        private final Batchlet batchlet;
        private final String step;

        FailingBatchlet(Batchlet batchlet, String step) {
            this.batchlet = batchlet;
            this.step = step;
        }

        @Override
        public @Nullable String process() throws Exception {
            failures.reached(step);
            return batchlet.process();
        }

        @Override
        public void stop() throws Exception {
            batchlet.stop();
        }
    }
}
