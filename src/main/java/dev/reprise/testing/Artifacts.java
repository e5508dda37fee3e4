package dev.reprise.testing;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.Batchlet;
import jakarta.batch.api.chunk.ItemReader;
import jakarta.ejb.EJB;
import jakarta.enterprise.context.spi.CreationalContext;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.PersistenceUnit;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
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
    private final @Nullable Beans container;
    private final @Nullable BeanManager beans;
    private final ServerResources resources;
    private final Failures failures;
    private final Map<Object, Made> handedOut = Collections.synchronizedMap(new IdentityHashMap<>());

    /**
     * @param named artifacts by the name that job XML refers to
     * @param container null without CDI
     */
    Artifacts(Map<String, Supplier<?>> named, @Nullable Beans container, ServerResources resources, Failures failures) {
        this.named = named;
        this.container = container;
        this.beans = container == null ? null : container.manager();
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

    /** Into what is no bean; what the engine injects is there already. */
    private void injectResources(Object artifact) throws IllegalAccessException {
        for (Class<?> type = artifact.getClass(); type != null && type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                Object wanted = wanted(field);
                if (wanted != null) {
                    field.setAccessible(true);
                    field.set(artifact, wanted);
                } else if (field.isAnnotationPresent(Inject.class)) {
                    requireInjected(field, artifact);
                }
            }
        }
    }

    private @Nullable Object wanted(Field field) {
        Resource resource = field.getAnnotation(Resource.class);
        if (resource != null) {
            return resources.resource(resource, field.getType(), field);
        }
        PersistenceContext context = field.getAnnotation(PersistenceContext.class);
        if (context != null) {
            return resources.persistenceContext(context, field);
        }
        PersistenceUnit unit = field.getAnnotation(PersistenceUnit.class);
        if (unit != null) {
            return resources.persistenceUnit(unit, field);
        }
        EJB ejb = field.getAnnotation(EJB.class);
        if (ejb == null) {
            return null;
        }
        if (container == null) {
            throw new IllegalStateException(ServerResources.described(field) + " wants an @EJB, and there is no CDI in"
                    + " this test. List its class in beans(…).");
        }
        return container.session(ejb, field.getType(), field);
    }

    /** Neither would a server inject it. */
    private static void requireInjected(Field field, Object artifact) throws IllegalAccessException {
        boolean property = field.isAnnotationPresent(BatchProperty.class);
        field.setAccessible(true);
        if (!property && field.get(artifact) == null) {
            throw new IllegalStateException(ServerResources.described(field) + " wants @Inject, and "
                    + field.getDeclaringClass().getSimpleName()
                    + " is no CDI bean here: the job refers to it by its class,"
                    + " or the test made it with artifact(…). Name it with @Named, list it in beans(…) and refer to it by"
                    + " that name.");
        }
    }

    private Object handOut(Made made, ArtifactCreationContext creation) {
        Object artifact = made.artifact();
        String step = creation.getStepContext() == null
                ? null
                : creation.getStepContext().getStepName();
        boolean mayFail = step != null && (artifact instanceof ItemReader || artifact instanceof Batchlet);
        Object handed = mayFail ? failing(artifact, String.valueOf(step)) : artifact;
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

    /** The same in all it does, a listener for example, but for one that fails before a read or before it works. */
    private Object failing(Object artifact, String step) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            boolean works = method.getParameterCount() == 0
                    && (method.getName().equals("readItem") || method.getName().equals("process"));
            if (works) {
                failures.reached(step);
            }
            try {
                return method.invoke(artifact, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        return Proxy.newProxyInstance(artifact.getClass().getClassLoader(), interfacesOf(artifact.getClass()), handler);
    }

    private static Class<?>[] interfacesOf(Class<?> artifact) {
        Set<Class<?>> interfaces = new LinkedHashSet<>();
        for (Class<?> type = artifact; type != null; type = type.getSuperclass()) {
            for (Class<?> one : type.getInterfaces()) {
                if (Modifier.isPublic(one.getModifiers())) {
                    interfaces.add(one);
                }
            }
        }
        return interfaces.toArray(Class<?>[]::new);
    }
}
