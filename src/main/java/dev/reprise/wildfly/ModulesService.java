package dev.reprise.wildfly;

import dev.reprise.internal.engine.RecordedPartitions;
import dev.reprise.internal.engine.RepriseRepository;
import jakarta.enterprise.inject.spi.BeanManager;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jberet.repository.JobRepository;
import org.jberet.spi.BatchEnvironment;
import org.jberet.spi.PartitionHandlerFactory;
import org.jboss.msc.Service;
import org.jboss.msc.service.StartContext;
import org.jboss.msc.service.StartException;
import org.jboss.msc.service.StopContext;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the modules of an EAR before any job runs in one of them: a module whose jobs another repository keeps would go
 * round all rules, so the EAR is not deployed then.
 */
final class ModulesService implements Service {

    private final String repositoryName;
    private final List<Module> modules;
    private final Supplier<@Nullable JobRepository> repository;
    private final Consumer<List<Application.Module>> known;

    /**
     * A module, whose environment there is once that is up.
     *
     * @param name {@code shop.war}
     * @param beans gives null where it has none
     */
    record Module(String name, Supplier<BatchEnvironment> environment, Supplier<@Nullable BeanManager> beans) {

        Collection<String> jobFiles() {
            BatchEnvironment batch = environment.get();
            SortedSet<String> files = new TreeSet<>(batch.getJobXmlResolver().getJobXmlNames(batch.getClassLoader()));
            files.removeIf(file -> file.startsWith("reprise-")); // where our library is, these are
            return files;
        }
    }

    /**
     * @param repository that all modules should use
     * @param known gets those that do
     */
    ModulesService(
            String repositoryName,
            List<Module> modules,
            Supplier<@Nullable JobRepository> repository,
            Consumer<List<Application.Module>> known) {
        this.repositoryName = repositoryName;
        this.modules = List.copyOf(modules);
        this.repository = repository;
        this.known = known;
    }

    @Override
    public void start(StartContext context) throws StartException {
        List<Application.Module> ours = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        Map<String, Definition> definitions = new HashMap<>();
        for (Module module : modules) {
            if (module.environment().get().getJobRepository() == repository.get()) {
                ours.add(new Application.Module(
                        module.environment().get(), module.beans().get()));
                unrecorded(module).or(() -> twice(module, definitions)).ifPresent(faults::add);
            } else {
                elsewhere(module).ifPresent(faults::add);
            }
        }
        if (!faults.isEmpty()) {
            throw RefusedDeployment.start(String.join(" ", faults));
        }
        known.accept(ours);
    }

    /** Without jobs it can go round nothing. */
    private Optional<String> elsewhere(Module module) {
        JobRepository its = module.environment().get().getJobRepository();
        return module.jobFiles().isEmpty() || isOfReprise(its)
                ? Optional.empty()
                : Optional.of("The module " + module.name() + " has jobs " + module.jobFiles() + " and keeps them in "
                        + its.getClass().getName() + ", not in the job repository '" + repositoryName
                        + "': they would run without any of its rules. Name the repository in META-INF/jboss-all.xml of"
                        + " the EAR, for all modules, and let no module have another <batch> of its own.");
    }

    private static Optional<String> unrecorded(Module module) {
        String fault = RecordedPartitions.found(ServiceLoader.load(
                PartitionHandlerFactory.class, module.environment().get().getClassLoader()));
        return module.jobFiles().isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(fault)
                        .map(found -> "Partitions in the module " + module.name() + " would not be recorded: " + found
                                + ". Put the library of Reprise into the lib of the EAR.");
    }

    /** Of another WAR in the same EAR, which has a copy of this code and rules of its own. */
    private static boolean isOfReprise(JobRepository repository) {
        return repository.getClass().getName().equals(RepriseRepository.class.getName());
    }

    private record Definition(String module, String xml) {}

    /** A repository knows a job by its name. */
    private static Optional<String> twice(Module module, Map<String, Definition> definitions) {
        BatchEnvironment batch = module.environment().get();
        return module.jobFiles().stream()
                .flatMap(file -> {
                    try (InputStream in = batch.getJobXmlResolver().resolveJobXml(file, batch.getClassLoader())) {
                        String xml = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
                        Definition other = definitions.putIfAbsent(file, new Definition(module.name(), xml));
                        return other == null || other.xml().equals(xml)
                                ? Stream.empty()
                                : Stream.of("The modules " + other.module() + " and " + module.name()
                                        + " have a job file "
                                        + file + " each, and these differ: in one repository a job has one definition."
                                        + " Give one of them another name.");
                    } catch (IOException e) {
                        return Stream.of(
                                file + " of the module " + module.name() + " cannot be read: " + e.getMessage());
                    }
                })
                .findFirst();
    }

    @Override
    public void stop(StopContext context) {
        // What was known is gone with the deployment.
    }
}
