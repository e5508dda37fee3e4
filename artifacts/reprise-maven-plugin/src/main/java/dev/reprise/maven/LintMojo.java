package dev.reprise.maven;

import static java.util.stream.Collectors.joining;

import dev.reprise.lint.Finding;
import dev.reprise.lint.Finding.Severity;
import dev.reprise.lint.JobLinter;
import dev.reprise.lint.JobLinter.Report;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.maven.artifact.Artifact;
import org.apache.maven.artifact.DependencyResolutionRequiredException;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.plugins.annotations.ResolutionScope;
import org.apache.maven.project.MavenProject;

/**
 * Judges the project's jobs before anything runs: what would fail, hang or never happen. The build fails if a job has an
 * error, if a rule could not judge one, and if the project has a job that was not judged.
 */
@Mojo(
        name = "lint",
        defaultPhase = LifecyclePhase.PROCESS_CLASSES,
        requiresDependencyResolution = ResolutionScope.COMPILE_PLUS_RUNTIME,
        threadSafe = true)
public final class LintMojo extends AbstractMojo {

    @Parameter(defaultValue = "${project}", readonly = true, required = true)
    private MavenProject project;

    @Parameter(defaultValue = "${session}", readonly = true, required = true)
    private MavenSession session;

    @Parameter(defaultValue = "${plugin.version}", readonly = true)
    private String version;

    /** The folder of the jobs to judge, as they are built. */
    @Parameter(property = "reprise.lint.folder", defaultValue = "${project.build.outputDirectory}/META-INF/batch-jobs")
    private File folder;

    /** How many threads the server's batch thread pool has ({@code max-threads}). */
    @Parameter(property = "reprise.lint.threads", defaultValue = "10")
    private int threads;

    /** Whether warnings fail the build, too. */
    @Parameter(property = "reprise.lint.failOnWarning", defaultValue = "false")
    private boolean failOnWarning;

    /** Whether nothing is judged. */
    @Parameter(property = "reprise.lint.skip", defaultValue = "false")
    private boolean skip;

    @Override
    public void execute() throws MojoExecutionException, MojoFailureException {
        if (skip) {
            getLog().info("Job XML is not judged: reprise.lint.skip");
            return;
        }
        if (threads < 1) {
            throw new MojoExecutionException(
                    "threads is " + threads + ". Give the max-threads of the batch thread pool");
        }
        try {
            List<Report> reports = Files.isDirectory(folder.toPath()) ? judge() : List.of();
            reports.forEach(report -> report.findings().forEach(this::print));
            requireAll(reports);
            summarize(reports);
        } catch (IOException e) {
            throw new MojoExecutionException("The project's jobs cannot be read: " + e.getMessage(), e);
        }
    }

    private List<Report> judge() throws IOException, MojoExecutionException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader application =
                new URLClassLoader(classPath().toArray(URL[]::new), getClass().getClassLoader())) {
            thread.setContextClassLoader(application);
            return JobLinter.ofFolder(folder.toPath(), threads).reports();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** All that the application has when it runs, and what its server gives it. */
    private Set<URL> classPath() throws IOException, MojoExecutionException {
        Set<String> elements = new LinkedHashSet<>();
        try {
            elements.addAll(project.getCompileClasspathElements());
            elements.addAll(project.getRuntimeClasspathElements());
        } catch (DependencyResolutionRequiredException e) {
            throw new MojoExecutionException("The project's class path is not there: " + e.getMessage(), e);
        }
        for (Artifact artifact : project.getArtifacts()) {
            if (artifact.getGroupId().equals("dev.reprise")
                    && artifact.getArtifactId().equals("reprise")
                    && !artifact.getBaseVersion().equals(version)) {
                getLog().warn("The project has Reprise " + artifact.getBaseVersion()
                        + ", and is judged by the rules of " + version
                        + ". Give reprise-maven-plugin the version of reprise-bom");
            }
        }
        Set<URL> urls = new LinkedHashSet<>();
        for (String element : elements) {
            urls.add(new File(element).toURI().toURL());
        }
        return urls;
    }

    private void print(Finding finding) {
        String text = finding.toString();
        String shown =
                shown(Path.of(finding.file())) + text.substring(finding.file().length());
        if (finding.severity() == Severity.ERROR) {
            getLog().error(shown);
        } else {
            getLog().warn(shown);
        }
    }

    /** The file that somebody would mend, from the folder on in which Maven was started. */
    private String shown(Path file) {
        Path mended = file.startsWith(project.getBuild().getOutputDirectory())
                ? new JobPlaces(project).sourceOf(file.getFileName().toString()).orElse(file)
                : file;
        Path started = Path.of(session.getExecutionRootDirectory());
        return (mended.startsWith(started) ? started.relativize(mended) : mended).toString();
    }

    private void requireAll(List<Report> reports) throws IOException, MojoFailureException {
        Set<String> judged = new TreeSet<>();
        reports.forEach(report -> judged.add(report.job() + ".xml"));
        Set<Path> others = new JobPlaces(project).others(judged);
        if (!others.isEmpty()) {
            throw new MojoFailureException("Not judged, because not in " + shown(folder.toPath()) + ": "
                    + others.stream().map(this::shown).collect(joining(", "))
                    + ". Move them to src/main/resources/" + JobPlaces.FOLDER
                    + ", or name the folder that they are built in with <folder> of reprise-maven-plugin");
        }
    }

    private void summarize(List<Report> reports) throws MojoFailureException {
        if (reports.isEmpty()) {
            getLog().info("The project has no jobs to judge");
            return;
        }
        long all =
                reports.stream().mapToLong(report -> report.findings().size()).sum();
        long errors =
                reports.stream().mapToLong(report -> report.errors().size()).sum();
        String found = count(errors, "error") + " and " + count(all - errors, "warning") + " in "
                + count(reports.size(), "job");
        if (errors > 0 || failOnWarning && all > 0) {
            throw new MojoFailureException(found + ", each written above");
        }
        getLog().info(found);
    }

    private static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
