package dev.reprise.wildfly;

import dev.reprise.launch.JobLauncher;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.CDI;
import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jberet.spi.BatchEnvironment;
import org.jberet.spi.JobXmlResolver;
import org.jspecify.annotations.Nullable;

/**
 * Where jobs, their schemas and the classes of their artifacts are: in the WAR, or in the modules of an EAR, each of which
 * has a class loader and a job operator of its own. Thread-safe.
 */
final class Application {

    /**
     * A module of an EAR.
     *
     * @param batch what the engine has of it
     * @param beans null if it has none
     */
    record Module(BatchEnvironment batch, @Nullable BeanManager beans) {}

    private volatile @Nullable List<Module> modules;

    private final ClassLoader loader;
    private final boolean ear;

    /**
     * @param own loads this code
     * @param ear whether there are modules to come
     */
    Application(ClassLoader own, boolean ear) {
        this.ear = ear;
        this.loader = ear ? new OfModules(own) : own;
    }

    /** Whether there is no module that is still to come. */
    boolean isKnown() {
        return !ear || modules != null;
    }

    /** Whether it is an EAR, or a module of one. */
    boolean hasModules() {
        return ear;
    }

    /** Sees what all modules have. */
    ClassLoader loader() {
        return loader;
    }

    /** The modules of the EAR that keep their jobs in our repository. */
    void consistsOf(List<Module> known) {
        modules = List.copyOf(known);
    }

    /** What is asked for before it can be known must not be remembered as missing. */
    private List<Module> modules() {
        List<Module> known = modules;
        if (known == null) {
            throw new IllegalStateException(
                    "The modules of this EAR are still being deployed. Launch jobs when all of it is up.");
        }
        return known;
    }

    /** The beans of all modules; of a WAR, as this code sees them; none where there is no CDI. */
    List<BeanManager> beans() {
        if (ear) {
            return modules().stream()
                    .map(Module::beans)
                    .filter(Objects::nonNull)
                    .toList();
        }
        try {
            return List.of(CDI.current().getBeanManager());
        } catch (IllegalStateException noCdiHere) {
            return List.of();
        }
    }

    /** The names of all jobs. */
    SortedSet<String> jobNames() {
        if (!ear) {
            return with(loader, () -> new JobLauncher().jobNames());
        }
        SortedSet<String> names = new TreeSet<>();
        for (Module module : modules()) {
            names.addAll(with(module.batch().getClassLoader(), () -> new JobLauncher().jobNames()));
        }
        return names;
    }

    /** The class loader that leads to the job operator which knows a job. */
    ClassLoader homeOf(String job) {
        return !ear
                ? loader
                : modules().stream()
                        .map(Module::batch)
                        .filter(module -> knows(module, job))
                        .map(BatchEnvironment::getClassLoader)
                        .findFirst()
                        .orElse(loader);
    }

    private static boolean knows(BatchEnvironment module, String job) {
        JobXmlResolver files = module.getJobXmlResolver();
        return files.getJobXmlNames(module.getClassLoader()).stream()
                .anyMatch(file -> job.equals(files.resolveJobName(file, module.getClassLoader())));
    }

    /**
     * Whether all job operators are up.
     *
     * @throws IllegalStateException if one never can be
     */
    boolean isUp() {
        if (!ear) {
            return JobLauncher.isOperatorUp();
        }
        List<Module> known = modules;
        return known != null
                && known.stream().allMatch(module -> with(module.batch().getClassLoader(), JobLauncher::isOperatorUp));
    }

    private static <T> T with(ClassLoader context, Supplier<T> work) {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(context);
        try {
            return work.get();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    /** Asks the modules for what the EAR's libraries have not. */
    private final class OfModules extends ClassLoader {

        OfModules(ClassLoader libraries) {
            super(libraries);
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            for (Module module : modules()) {
                try {
                    return module.batch().getClassLoader().loadClass(name);
                } catch (ClassNotFoundException elsewhere) {
                    // Another module may have it.
                }
            }
            throw new ClassNotFoundException(name);
        }

        @Override
        protected @Nullable URL findResource(String name) {
            for (Module module : modules()) {
                URL found = module.batch().getClassLoader().getResource(name);
                if (found != null) {
                    return found;
                }
            }
            return null;
        }

        @Override
        protected Enumeration<URL> findResources(String name) throws IOException {
            List<URL> found = new ArrayList<>();
            for (Module module : modules()) {
                found.addAll(Collections.list(module.batch().getClassLoader().getResources(name)));
            }
            return Collections.enumeration(found);
        }
    }
}
