package dev.reprise.tck;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.SortedSet;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Makes {@code docs/tck.md} of the reports of the runs, and fails unless each test ran in each run, and passed. */
class ResultsIT {

    /** How many tests the TCK has for the platform. A test that nobody found would not fail. */
    private static final int TESTS = 184;

    private static final int DISABLED = 8;

    private static final List<String> RUNS = List.of("h2-web", "h2-ejb", "postgresql-web", "postgresql-ejb");

    private static final Path REPORTS = Path.of(System.getProperty("tck.reports"));

    /**
     * What came of a run.
     *
     * @param name database and vehicle
     * @param database product and version
     * @param executions how many job executions our repository recorded
     * @param failed names of tests
     * @param disabled names of tests
     */
    private record Run(
            String name,
            String database,
            String executions,
            SortedSet<String> passed,
            SortedSet<String> failed,
            SortedSet<String> disabled) {

        int tests() {
            return passed.size() + failed.size();
        }
    }

    @Test
    void everyTestRanAndPassed() throws Exception {
        List<Run> runs = new ArrayList<>();
        for (String name : RUNS) {
            runs.add(read(name));
        }
        String page = page(runs);
        Files.writeString(Path.of(System.getProperty("tck.page")), page);
        System.out.println(page);

        SoftAssertions all = new SoftAssertions();
        for (Run run : runs) {
            all.assertThat(run.failed()).as("failed in %s", run.name()).isEmpty();
            all.assertThat(run.tests()).as("tests run in %s", run.name()).isEqualTo(TESTS);
            all.assertThat(run.disabled()).as("disabled in %s", run.name()).hasSize(DISABLED);
            all.assertThat(run.executions())
                    .as("job executions in %s", run.name())
                    .matches("[1-9]\\d*");
        }
        all.assertAll();
    }

    private static Run read(String name) throws Exception {
        Path report = REPORTS.resolve(name);
        Properties run = new Properties();
        Path about = report.resolve("run.properties");
        if (Files.exists(about)) {
            try (Reader in = Files.newBufferedReader(about)) {
                run.load(in);
            }
        }
        Run result = new Run(
                name,
                run.getProperty("database", "?"),
                run.getProperty("executions", "?"),
                new TreeSet<>(),
                new TreeSet<>(),
                new TreeSet<>());
        DocumentBuilder xml = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        for (File suite : suites(report)) {
            NodeList tests = xml.parse(suite).getElementsByTagName("testcase");
            for (int i = 0; i < tests.getLength(); i++) {
                add((Element) tests.item(i), result);
            }
        }
        return result;
    }

    private static List<File> suites(Path report) throws IOException {
        File[] files = report.toFile().listFiles((folder, file) -> file.startsWith("TEST-"));
        return files == null ? List.of() : List.of(files);
    }

    private static void add(Element test, Run run) {
        String type = test.getAttribute("classname");
        String name = type.substring(type.lastIndexOf('.') + 1) + "." + test.getAttribute("name");
        NodeList skipped = test.getElementsByTagName("skipped");
        if (skipped.getLength() > 0) {
            run.disabled().add("`" + name + "`");
        } else if (has(test, "failure") || has(test, "error")) {
            run.failed().add(name);
        } else {
            run.passed().add(name);
        }
    }

    private static boolean has(Element test, String outcome) {
        return test.getElementsByTagName(outcome).getLength() > 0;
    }

    private static String page(List<Run> runs) {
        StringBuilder table = new StringBuilder();
        SortedSet<String> disabled = new TreeSet<>();
        StringBuilder failed = new StringBuilder();
        for (Run run : runs) {
            String vehicle = run.name().substring(run.name().indexOf('-') + 1);
            table.append("| %s | %s | %d | %d | %d | %d | %s |\n"
                    .formatted(
                            run.database(),
                            vehicle,
                            run.tests(),
                            run.passed().size(),
                            run.failed().size(),
                            run.disabled().size(),
                            run.executions()));
            disabled.addAll(run.disabled());
            run.failed().forEach(test -> failed.append("- `" + test + "` in " + run.name() + "\n"));
        }
        return """
                # Jakarta Batch TCK

                Jakarta Batch TCK %s, all tests for the platform, with Reprise %s in the deployment, on WildFly %s and
                Java %d, %s. Written by `tck/run` from its reports; what it runs and how stands in [tck](../tck/README.md).

                | database | vehicle | run | passed | failed | disabled | job executions recorded |
                |---|---|---|---|---|---|---|
                %s
                Failed:

                %s
                Disabled in the TCK itself:

                %s""".formatted(
                System.getProperty("tck.version"),
                System.getProperty("tck.reprise"),
                System.getProperty("tck.wildfly"),
                Runtime.version().feature(),
                LocalDate.now(),
                table,
                failed.isEmpty() ? "none\n" : failed,
                String.join(
                        "", disabled.stream().map(test -> "- " + test + "\n").toList()));
    }
}
