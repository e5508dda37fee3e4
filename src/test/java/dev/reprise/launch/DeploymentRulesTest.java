package dev.reprise.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.internal.decide.LaunchRules.Verdict;
import dev.reprise.job.JobModel;
import dev.reprise.lint.Finding;
import dev.reprise.lint.Finding.Severity;
import dev.reprise.lint.JobLinter;
import dev.reprise.lint.JobLinter.Report;
import dev.reprise.lint.Surroundings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.jberet.creation.ArchiveXmlLoader;
import org.jberet.job.model.Job;
import org.jberet.tools.AbstractJobXmlResolver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the rules of a deployment make of faults of a definition and of faults of parameters. */
class DeploymentRulesTest {

    private static final Path FOLDER = Path.of("src/test/resources/lint");

    private final Deployment deployment = new Deployment();

    @Test
    void tellsFaultsOfTheDefinitionFromThoseOfParameters() {
        Verdict misnamed = judge("file-name", false);
        Verdict unusable = judge("parameter-schema", false);
        Verdict good = judge("shadowed", false);
        assertThat(judge("identity", true).definitionFaults())
                .as("nobody could say what a launch is")
                .singleElement()
                .asString()
                .startsWith("job 'identity': its property 'reprise.identity' is 'off'. Write 'none'");

        assertThat(misnamed.definitionFaults()).singleElement().asString().startsWith("""
                META-INF/batch-jobs/file-name.xml:2: the job's id is 'another-name'""");
        assertThat(misnamed.faults()).isEmpty();
        assertThat(unusable.definitionFaults()).singleElement().asString().startsWith("""
                META-INF/batch-jobs/parameter-schema.schema.json:1: it cannot be used""");
        assertThat(unusable.faults()).isEmpty();
        assertThat(good.definitionFaults()).as("warnings do not refuse").isEmpty();
    }

    @Test
    void withoutAnIdentityErrorsAreWarnings() {
        assertThat(judge("file-name", true).definitionFaults()).isEmpty();
        assertThat(rules(true).report("file-name").map(Report::findings).orElseThrow())
                .extracting(Finding::severity)
                .containsExactly(Severity.WARNING);
        assertThat(rules(false).report("file-name").map(Report::findings).orElseThrow())
                .extracting(Finding::severity)
                .containsExactly(Severity.ERROR);
        assertThat(judge("parameter-schema", true).definitionFaults())
                .as("nobody could say which parameters are right")
                .singleElement()
                .asString()
                .contains("parameter-schema.schema.json");
    }

    @Test
    void judgesEachJobOnce() {
        DeploymentRules rules = rules(false);
        JobModel job = new JobModel(deployment.load("file-name"));

        rules.judge(job, new Properties());
        int read = deployment.read;
        rules.judge(job, new Properties());

        assertThat(deployment.read).isEqualTo(read);
        rules(true).judge(job, new Properties());
        assertThat(deployment.read).as("the schema alone").isEqualTo(read + 1);
    }

    private Verdict judge(String job, boolean identityNone) {
        return rules(identityNone).judge(new JobModel(deployment.load(job)), new Properties());
    }

    private DeploymentRules rules(boolean identityNone) {
        return new DeploymentRules(deployment, identityNone, JobLinter.of(deployment, deployment));
    }

    /** The folder as a deployment holds it. */
    private static final class Deployment extends ClassLoader implements Surroundings {

        private int read;

        @Override
        public Optional<Artifact> bean(String name) {
            return Optional.of(new Artifact(null));
        }

        @Override
        public Collection<String> beanNames() {
            return List.of();
        }

        @Override
        public int threads() {
            return DEFAULT_THREADS;
        }

        @Override
        public Optional<String> stranger(String jndiName) {
            return Optional.empty();
        }

        @Override
        public @Nullable InputStream getResourceAsStream(String name) {
            Path file = FOLDER.resolve(name.replaceFirst("^META-INF/batch-jobs/", ""));
            try {
                read++;
                return Files.exists(file) ? Files.newInputStream(file) : null;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        Job load(String job) {
            return ArchiveXmlLoader.loadJobXml(job, this, new ArrayList<>(), new AbstractJobXmlResolver() {
                @Override
                public @Nullable InputStream resolveJobXml(String jobXml, ClassLoader loader) {
                    return getResourceAsStream(jobXml);
                }
            });
        }
    }
}
