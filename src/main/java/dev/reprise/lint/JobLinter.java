package dev.reprise.lint;

import static java.util.stream.Collectors.joining;

import dev.reprise.job.JobFiles;
import dev.reprise.lint.Finding.Severity;
import dev.reprise.log.Shown;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Judges job XML before anything runs: what would fail, hang or never happen. In a unit test of your own
 *
 * <pre>{@code JobLinter.ofClasspath().requireNoErrors();}</pre>
 *
 * <p>judges every job in the folders {@code META-INF/batch-jobs} of the class path. The rules are in docs/guide.md.
 * Judging a job never throws. Thread-safe.
 */
public final class JobLinter {

    private static final String DEFAULT_FOLDER = "src/main/resources/META-INF/batch-jobs";

    private final ClassLoader application;
    private final JobFiles files;
    private final Surroundings surroundings;
    private final String shownFolder;
    private final Set<Path> folders;

    private JobLinter(ClassLoader application, Surroundings surroundings, String shownFolder, Set<Path> folders) {
        this.application = application;
        this.files = new JobFiles(application);
        this.surroundings = surroundings;
        this.shownFolder = shownFolder;
        this.folders = Set.copyOf(folders);
    }

    /**
     * What was found in the XML of one job.
     *
     * @param job the name of its file, without {@code .xml}
     * @param identityNone whether the job says {@code reprise.identity=none}: its errors do not keep it from running
     * @param findings by file and line
     */
    public record Report(String job, boolean identityNone, List<Finding> findings) {

        public Report {
            findings = List.copyOf(findings);
        }

        /** The same with each error as a warning: of a job that runs whatever is wrong. */
        public Report asWarnings() {
            return new Report(
                    job,
                    identityNone,
                    findings.stream()
                            .map(finding -> new Finding(
                                    Severity.WARNING,
                                    finding.rule(),
                                    finding.file(),
                                    finding.line(),
                                    finding.message()))
                            .toList());
        }

        /** Those that are errors. */
        public List<Finding> errors() {
            return findings.stream()
                    .filter(finding -> finding.severity() == Severity.ERROR)
                    .toList();
        }
    }

    /** Of the jobs of a deployment. */
    public static JobLinter of(ClassLoader application, Surroundings surroundings) {
        return new JobLinter(application, surroundings, JobFiles.FOLDER, Set.of());
    }

    /** Of the jobs in folders of the class path, for a batch thread pool of {@value Surroundings#DEFAULT_THREADS}. */
    public static JobLinter ofClasspath() {
        return ofClasspath(Surroundings.DEFAULT_THREADS);
    }

    /**
     * The same for a batch thread pool of another size.
     *
     * @param threads the pool's {@code max-threads}
     */
    public static JobLinter ofClasspath(int threads) {
        ClassLoader loader = contextLoader();
        try {
            return new JobLinter(
                    loader,
                    new ClasspathSurroundings(loader, threads),
                    JobFiles.FOLDER,
                    ClasspathSurroundings.folders(loader, JobFiles.FOLDER));
        } catch (IOException e) {
            throw new UncheckedIOException("The class path cannot be searched for " + JobFiles.FOLDER, e);
        }
    }

    /**
     * Of the jobs in one folder; their artifacts are on the class path.
     *
     * @param threads the batch thread pool's {@code max-threads}
     */
    public static JobLinter ofFolder(Path folder, int threads) {
        ClassLoader loader = contextLoader();
        return new JobLinter(
                new FolderLoader(folder, loader),
                new ClasspathSurroundings(loader, threads),
                folder.toString().replace('\\', '/') + "/",
                Set.of(folder));
    }

    private static ClassLoader contextLoader() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context != null ? context : ClassLoader.getSystemClassLoader();
    }

    /**
     * Judges a folder, writes what it finds and throws if there are errors: for Maven, see the profile {@code lint}.
     *
     * @param arguments the folder ({@value #DEFAULT_FOLDER}) and the batch thread pool's {@code max-threads}
     *     ({@value Surroundings#DEFAULT_THREADS})
     */
    public static void main(String[] arguments) {
        String folder = arguments.length > 0 ? arguments[0] : DEFAULT_FOLDER;
        int threads = arguments.length > 1 ? Integer.parseInt(arguments[1]) : Surroundings.DEFAULT_THREADS;
        JobLinter linter = ofFolder(Path.of(folder), threads);
        List<Report> reports = linter.reports();
        List<Finding> findings =
                reports.stream().flatMap(report -> report.findings().stream()).toList();
        findings.forEach(System.out::println);
        long errors =
                reports.stream().mapToLong(report -> report.errors().size()).sum();
        System.out.println(count(reports.size(), "job") + ", " + count(errors, "error") + ", "
                + count(findings.size() - errors, "warning"));
        if (reports.isEmpty()) {
            throw new IllegalArgumentException("There is no job XML in " + folder + ". Name the folder of your jobs");
        }
        if (errors > 0) {
            throw new IllegalStateException(count(errors, "error") + " in job XML, each written above");
        }
    }

    /** Judges every job of the folders; of a deployment, which has no folders to list, none. */
    public List<Report> reports() {
        Set<String> names = new TreeSet<>();
        for (Path folder : folders) {
            try (Stream<Path> files = Files.list(folder)) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(JobFiles.XML))
                        .forEach(name -> names.add(JobFiles.nameOf(name)));
            } catch (IOException e) {
                throw new UncheckedIOException("The folder " + folder + " cannot be read", e);
            }
        }
        return names.stream().flatMap(name -> report(name).stream()).toList();
    }

    /**
     * For tests: fails with every error and warning, one a line, if there is an error.
     *
     * @throws AssertionError also if there is no job to judge
     */
    public void requireNoErrors() {
        List<Report> reports = reports();
        if (reports.isEmpty()) {
            throw new AssertionError("There is no job XML in a folder " + JobFiles.FOLDER + " of the class path."
                    + " Put your jobs' resources on the class path of this test");
        }
        if (reports.stream().anyMatch(report -> !report.errors().isEmpty())) {
            throw new AssertionError(reports.stream()
                    .flatMap(report -> report.findings().stream())
                    .map(Finding::toString)
                    .collect(joining("\n", "There are errors in job XML:\n", "")));
        }
    }

    /**
     * Judges one job.
     *
     * @param jobXmlName the name of its file, with or without {@code .xml}
     * @return empty if there is no such file
     */
    public Optional<Report> report(String jobXmlName) {
        String name = JobFiles.nameOf(jobXmlName);
        Findings findings = new Findings(shownFolder + name + JobFiles.XML, surroundings.unjudged());
        try {
            byte[] xml = files.bytes(name);
            if (xml == null) {
                return Optional.empty();
            }
            boolean identityNone = new JobRules(application, surroundings, shownFolder, findings).judge(name, xml);
            return Optional.of(new Report(name, identityNone, findings.sorted()));
        } catch (IOException | RuntimeException | LinkageError | StackOverflowError e) {
            findings.unjudged(1, "it could not be judged to the end: " + Shown.text(String.valueOf(e)));
            return Optional.of(new Report(name, false, findings.sorted()));
        }
    }

    private static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
