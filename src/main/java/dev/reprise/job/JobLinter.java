package dev.reprise.job;

import static java.util.stream.Collectors.joining;

import dev.reprise.identity.JobParameters;
import dev.reprise.job.Finding.Severity;
import dev.reprise.job.GraphRules.Findings;
import dev.reprise.job.JobDefinition.InvalidPropertyException;
import dev.reprise.job.JobGraph.Node;
import dev.reprise.job.JobGraph.NodeKind;
import dev.reprise.job.JobXsd.Violation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jberet.job.model.Flow;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobElement;
import org.jberet.job.model.Partition;
import org.jberet.job.model.PartitionPlan;
import org.jberet.job.model.Properties;
import org.jberet.job.model.Split;
import org.jberet.job.model.Step;
import org.jspecify.annotations.Nullable;

/**
 * Judges job XML before anything runs: what would fail, hang or never happen. In a unit test of your own
 *
 * <pre>{@code JobLinter.ofClasspath().requireNoErrors();}</pre>
 *
 * <p>judges every job in the folders {@code META-INF/batch-jobs} of the class path. The rules are in docs/guide.md.
 * Judging a job never throws. Thread-safe.
 */
public final class JobLinter {

    /** How many partitions it makes is not known before it runs: room for a thousand. */
    private static final int DIGITS_OF_A_MAPPER = 3;

    private static final String LOCAL_TRANSACTIONS = "jberet.local-tx";
    private static final String DEFAULT_FOLDER = "src/main/resources/META-INF/batch-jobs";

    /** Those after them mostly come from the first ones. */
    private static final int MOST_VIOLATIONS = 20;

    /** As the engine reads it: the quotes may differ, and a name goes on to the first bracket. */
    private static final Pattern PARAMETER = Pattern.compile("#\\{jobParameters\\[['\"]([^]]*)['\"]]");

    /** How the engine's messages name a place. */
    private static final Pattern PLACE =
            Pattern.compile(" ?(?:at location )?Line number = (\\d+).*?CharacterOffset = -?\\d+", Pattern.DOTALL);

    private static final Set<String> TRANSITIONS = Set.of("next", "end", "fail", "stop");
    private static final Set<String> WITH_ID = Set.of("step", "flow", "split", "decision");

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
        Findings findings = new Findings(shownFolder + name + JobFiles.XML);
        try {
            byte[] xml = files.bytes(name);
            return xml == null ? Optional.empty() : Optional.of(judge(name, xml, findings));
        } catch (IOException | RuntimeException | LinkageError | StackOverflowError e) {
            // Whatever it is, it must not keep a job from running that may be good.
            findings.warning("unjudged", 1, "it could not be judged to the end: " + Shown.text(String.valueOf(e)));
            return Optional.of(new Report(name, false, findings.sorted()));
        }
    }

    private Report judge(String name, byte[] xml, Findings findings) {
        JobXml.Element root;
        try {
            root = JobXml.read(xml);
        } catch (JobXml.Unreadable e) {
            findings.error("xml", e.line(), e.getMessage());
            return new Report(name, false, findings.sorted());
        }
        List<Violation> violations = JobXsd.violations(root);
        for (Violation violation : violations.subList(0, Math.min(MOST_VIOLATIONS, violations.size()))) {
            findings.error(
                    "schema",
                    violation.line(),
                    "it is not as jobXML_2_0.xsd says. " + Shown.text(violation.what(), 300));
        }
        String id = root.attribute("id").orElse(name);
        judgeName(name, id, root, findings);
        ArtifactRules artifacts = new ArtifactRules(application, surroundings, findings);
        artifacts.judgeRefs(root);
        artifacts.judgeExceptions(root);
        judgeParameters(id, root, findings);
        boolean identityNone = false;
        Job job = load(name, root, violations.isEmpty(), findings);
        if (job != null) {
            identityNone = judgeProperties(job, root, findings);
            judgeSteps(job, root, artifacts, findings);
            new GraphRules(JobGraph.of(job), new LinesOf(root, job), surroundings.threads(), findings).judge();
        }
        return new Report(name, identityNone, findings.sorted());
    }

    private static void judgeName(String name, String id, JobXml.Element root, Findings findings) {
        if (!name.equals(id)) {
            findings.error(
                    "file-name",
                    root.line(),
                    "the job's id is " + Shown.value(id) + ", but its file is " + Shown.text(name + JobFiles.XML)
                            + ", and after a crash a restart would not find it. Give both one name");
        }
        if (id.length() > GraphRules.LONGEST_ID) {
            findings.error(
                    "id-length",
                    root.line(),
                    "the id of the job has " + id.length() + " characters, and " + GraphRules.LONGEST_ID
                            + " can be recorded. Shorten it to " + GraphRules.LONGEST_ID);
        }
    }

    private void judgeParameters(String id, JobXml.Element root, Findings findings) {
        Optional<ParameterSchema> schema;
        try {
            schema = ParameterSchema.find(id, application);
        } catch (InvalidSchemaException e) {
            findings.add(new Finding(
                    Severity.ERROR,
                    "parameter-schema",
                    shownFolder + id + ".schema.json",
                    1,
                    Shown.text(String.valueOf(e.getMessage()), 1000)
                            .replaceFirst("^" + JobFiles.FOLDER + "\\S* cannot be used", "it cannot be used")));
            return;
        }
        if (schema.isEmpty()) {
            return;
        }
        root.withAllInside()
                .forEach(element -> element.attributes().forEach(attribute -> {
                    Matcher matcher = PARAMETER.matcher(attribute.value());
                    while (matcher.find()) {
                        String parameter = matcher.group(1);
                        if (!parameter.startsWith(JobParameters.ENGINE_PREFIX)
                                && !schema.get().declares(parameter)) {
                            findings.error(
                                    "parameter",
                                    element.line(),
                                    "parameter " + Shown.value(parameter) + " is not in " + Shown.text(id)
                                            + ".schema.json, so no"
                                            + " launch can give it. "
                                            + SimilarName.of(
                                                            parameter,
                                                            schema.get().names())
                                                    .map(similar -> "Did you mean '" + similar + "'?")
                                                    .orElse("Declare it there, or take it out here"));
                        }
                    }
                }));
    }

    /**
     * The engine's model, with all that is inherited.
     *
     * @param valid whether the XML is as the schema says; if not, that is the reason why the engine cannot read it
     */
    private @Nullable Job load(String name, JobXml.Element root, boolean valid, Findings findings) {
        try {
            return files.load(name);
        } catch (RuntimeException e) {
            if (valid) {
                unloadable(e.getCause() == null ? e : e.getCause(), root, findings);
            }
            return null;
        }
    }

    private static void unloadable(Throwable reason, JobXml.Element root, Findings findings) {
        if (reason instanceof NullPointerException || reason instanceof ClassCastException) {
            findings.error(
                    "xml",
                    root.line(),
                    "it inherits from an element that is not there, or is of another kind. Correct parent and jsl-name");
            return;
        }
        String message = String.valueOf(reason.getMessage());
        Matcher place = PLACE.matcher(message);
        int line = place.find() ? Integer.parseInt(place.group(1)) : root.line();
        findings.error(
                "xml",
                line,
                "the engine cannot read it: "
                        + Shown.text(
                                place.replaceAll("").replaceAll("\\s+", " ").strip(), 300)
                        + ". Mend that, or what it inherits");
    }

    private static boolean judgeProperties(Job job, JobXml.Element root, Findings findings) {
        judgeLocalTransactions(job.getProperties(), root, "the job", findings);
        StepRules.judgeTimeout(
                job.getProperties(),
                root.children("properties").findFirst().orElse(root).line(),
                findings);
        try {
            return JobDefinition.of(job).identityNone();
        } catch (InvalidPropertyException e) {
            findings.error("property", lineOfProperty(root, e.property()), String.valueOf(e.getMessage()));
            return false;
        }
    }

    private static void judgeSteps(Job job, JobXml.Element root, ArtifactRules artifacts, Findings findings) {
        for (Step step : steps(job.getJobElements())) {
            JobXml.Element element = elementOf(root, step.getId());
            judgeLocalTransactions(step.getProperties(), element, "step " + Shown.value(step.getId()), findings);
            judgeSkips(step, element, findings);
            if (job.getRestartableBoolean()) {
                artifacts.judgeCheckpoint(step, tag -> lineOfPart(element, tag));
            }
            artifacts.judgeDataSource(step, tag -> lineOfPart(element, tag));
            new StepRules(step, tag -> lineOfPart(element, tag), findings).judge();
        }
    }

    private static void judgeLocalTransactions(
            @Nullable Properties properties, JobXml.Element element, String whose, Findings findings) {
        String value = properties == null ? null : properties.getNameValues().get(LOCAL_TRANSACTIONS);
        if ("true".equalsIgnoreCase(value)) {
            findings.error(
                    "local-tx",
                    lineOfProperty(element, LOCAL_TRANSACTIONS),
                    LOCAL_TRANSACTIONS + " of " + whose
                            + " would commit chunks apart from their checkpoints, and so lose"
                            + " or repeat items. Remove the property");
        }
    }

    private static void judgeSkips(Step step, JobXml.Element element, Findings findings) {
        String value = WriteSkip.value(step);
        String whose = WriteSkip.PROPERTY + " of step " + Shown.value(step.getId());
        if (WriteSkip.parse(value).isEmpty()) {
            findings.error(
                    "skip",
                    lineOfProperty(element, WriteSkip.PROPERTY),
                    whose + " is " + Shown.value(String.valueOf(value)) + ". Write 'item' (what cannot be written is"
                            + " skipped alone) or 'chunk' (its whole chunk is, as without the property)");
        } else if (value == null && step.getChunk() != null && step.getChunk().getSkippableExceptionClasses() != null) {
            findings.warning(
                    "skip",
                    lineOfPart(element, "chunk"),
                    "a skippable exception of the writer drops the whole chunk, the good items too. Say "
                            + WriteSkip.PROPERTY + "=item in the properties of step " + Shown.value(step.getId())
                            + " to skip the bad one alone, or =chunk if that is meant");
        }
    }

    private static List<Step> steps(List<? extends JobElement> elements) {
        List<Step> steps = new ArrayList<>();
        for (JobElement element : elements) {
            if (element instanceof Step step && !step.isAbstract()) {
                steps.add(step);
            } else if (element instanceof Flow flow && !flow.isAbstract()) {
                steps.addAll(steps(flow.getJobElements()));
            } else if (element instanceof Split split) {
                steps.addAll(steps(split.getFlows()));
            }
        }
        return steps;
    }

    // ---- Lines -----------------------------------------------------------------------------------------------------

    /** The element of this id, or the job for one that is inherited from another file. */
    private static JobXml.Element elementOf(JobXml.Element root, String id) {
        return find(root, id).orElse(root);
    }

    private static Optional<JobXml.Element> find(JobXml.Element root, String id) {
        return root.withAllInside()
                .filter(element -> WITH_ID.contains(element.tag())
                        && element.attribute("id").filter(id::equals).isPresent())
                .findFirst();
    }

    private static int lineOfPart(JobXml.Element element, String tag) {
        return element.withAllInside()
                .filter(inside -> inside.tag().equals(tag))
                .findFirst()
                .orElse(element)
                .line();
    }

    private static int lineOfProperty(JobXml.Element element, String property) {
        return element.children("properties")
                .flatMap(properties -> properties.children("property"))
                .filter(inside ->
                        inside.attribute("name").filter(property::equals).isPresent())
                .findFirst()
                .orElse(element)
                .line();
    }

    private static final class LinesOf implements GraphRules.Lines {

        private final JobXml.Element root;
        private final Map<String, Step> steps = new HashMap<>();

        LinesOf(JobXml.Element root, Job job) {
            this.root = root;
            steps(job.getJobElements()).forEach(step -> steps.put(step.getId(), step));
        }

        @Override
        public int of(Node node) {
            return elementOf(root, node.id()).line();
        }

        @Override
        public int of(Node node, int transition) {
            JobXml.Element element = elementOf(root, node.id());
            List<JobXml.Element> written = element.children().stream()
                    .filter(child -> TRANSITIONS.contains(child.tag()))
                    .toList();
            return transition < written.size() && node.kind() != NodeKind.SPLIT
                    ? written.get(transition).line()
                    : element.line();
        }

        @Override
        public boolean isAbstract(String id) {
            return find(root, id)
                    .flatMap(element -> element.attribute("abstract"))
                    .filter("true"::equals)
                    .isPresent();
        }

        @Override
        public int digitsOfPartitions(Node node) {
            Step step = steps.get(node.id());
            Partition partition = step == null ? null : step.getPartition();
            PartitionPlan plan = partition == null ? null : partition.getPlan();
            String partitions = plan == null ? null : plan.getPartitions();
            return partitions != null && partitions.matches("[1-9]\\d{0,8}")
                    ? String.valueOf(Integer.parseInt(partitions) - 1).length()
                    : DIGITS_OF_A_MAPPER;
        }
    }

    // ---- Files -----------------------------------------------------------------------------------------------------

    private static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** Finds the files of {@code META-INF/batch-jobs} in a folder of any name. */
    private static final class FolderLoader extends ClassLoader {

        private final Path folder;

        FolderLoader(Path folder, ClassLoader parent) {
            super(parent);
            this.folder = folder;
        }

        @Override
        public @Nullable InputStream getResourceAsStream(String name) {
            if (!name.startsWith(JobFiles.FOLDER)) {
                return super.getResourceAsStream(name);
            }
            Path file = folder.resolve(name.substring(JobFiles.FOLDER.length()));
            try {
                return Files.isRegularFile(file) ? Files.newInputStream(file) : null;
            } catch (IOException e) {
                throw new UncheckedIOException(file + " cannot be read", e);
            }
        }
    }
}
