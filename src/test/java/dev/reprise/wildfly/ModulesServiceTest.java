package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jberet.repository.JobRepository;
import org.jberet.spi.BatchEnvironment;
import org.jberet.spi.JobXmlResolver;
import org.jboss.msc.service.StartContext;
import org.jboss.msc.service.StartException;
import org.junit.jupiter.api.Test;

/** What the modules of an EAR must have in common; on the server in {@link EarIT}. */
class ModulesServiceTest {

    private final JobRepository ours = proxy(JobRepository.class, Map.of());
    private final JobRepository another = proxy(JobRepository.class, Map.of());
    private final List<Application.Module> known = new ArrayList<>();

    private static <T> T proxy(Class<T> type, Map<String, ?> answers) {
        return type.cast(Proxy.newProxyInstance(
                ModulesServiceTest.class.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> switch (method.getName()) {
                    case "resolveJobXml" ->
                        new ByteArrayInputStream(
                                String.valueOf(answers.get(arguments[0])).getBytes(StandardCharsets.UTF_8));
                    case "getJobXmlNames" -> answers.keySet();
                    default -> answers.get(method.getName());
                }));
    }

    private static ModulesService.Module module(
            String name, JobRepository repository, ClassLoader loader, Map<String, String> jobs) {
        BatchEnvironment environment = proxy(
                BatchEnvironment.class,
                Map.of(
                        "getJobRepository",
                        repository,
                        "getClassLoader",
                        loader,
                        "getJobXmlResolver",
                        proxy(JobXmlResolver.class, jobs)));
        return new ModulesService.Module(name, () -> environment, () -> null);
    }

    private ModulesService.Module module(String name, JobRepository repository, Map<String, String> jobs) {
        return module(name, repository, getClass().getClassLoader(), jobs);
    }

    private void lookAt(ModulesService.Module... modules) throws StartException {
        new ModulesService("shop", List.of(modules), () -> ours, known::addAll)
                .start(proxy(StartContext.class, Map.of()));
    }

    @Test
    void areKnownWhereAllIsWell() throws StartException {
        lookAt(
                module("ejb.jar", ours, Map.of("a.xml", "<job/>")),
                module("web.war", ours, Map.of("a.xml", "<job/>", "b.xml", "<job/>")),
                module("without-jobs.jar", another, Map.of()),
                module("only-our-own.jar", another, Map.of("reprise-purge.xml", "<job/>")));

        assertThat(known).hasSize(2);
    }

    @Test
    void oneOnAnotherRepositoryIsNamed() {
        assertThatThrownBy(() -> lookAt(
                        module("web.war", ours, Map.of("b.xml", "<job/>")),
                        module("ejb.jar", another, Map.of("a.xml", "<job/>"))))
                .isInstanceOf(StartException.class)
                .hasMessageMatching(
                        ".*Reprise: The module ejb\\.jar has jobs \\[a\\.xml] and keeps them in \\S+, not in the"
                                + " job repository 'shop': they would run without any of its rules\\. Name .*");
        assertThat(known).isEmpty();
    }

    @Test
    void oneWhosePartitionsTheEngineWouldRunItselfIsNamed() {
        ClassLoader without = new ClassLoader(null) {};
        assertThatThrownBy(() -> lookAt(module("ejb.jar", ours, without, Map.of("a.xml", "<job/>"))))
                .hasMessageContaining("Partitions in the module ejb.jar would not be recorded: the engine finds none.");
    }

    @Test
    void oneNameForTwoJobsIsNamed() {
        assertThatThrownBy(() -> lookAt(
                        module("ejb.jar", ours, Map.of("a.xml", "<job/>")),
                        module("web.war", ours, Map.of("a.xml", "<job id='a'/>"))))
                .hasMessageContaining("The modules ejb.jar and web.war have a job file a.xml each, and these differ");
    }
}
