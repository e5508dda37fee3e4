package dev.reprise;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** docs/contract.md: whatever cites it finds its rule there, and each rule has tests that there are. */
class ContractTest {

    private static final Path CONTRACT = Path.of("docs", "contract.md");

    private static final Path TESTS = Path.of("src", "test", "java");

    private static final List<String> CITING =
            List.of("src", "bench", "tck", "docs", "wildfly-config", "README.md", "CHANGELOG.md");

    /** What was cited before this page was there; put together here, so that this file does not cite it. */
    private static final String BEFORE = "semantics" + ".md";

    /** Databases have it, and would refuse another one, even for a comment: it keeps the old name. */
    private static final String FIRST_MIGRATION = "V1__job_repository.sql";

    private static final String SEPARATOR = "(?:, and |, | and )";

    /** One place of a citation: {@code §8.2}, or {@code §3 rows 4, 5 and 8}. */
    private static final String PLACE = "§(\\d+(?:\\.\\d+)*)(?: rows? (\\d+(?:" + SEPARATOR + "\\d+)*))?";

    private static final Pattern ONE_PLACE = Pattern.compile(PLACE);

    private static final Pattern CITATION =
            Pattern.compile("contract\\.md\\)? " + PLACE + "(?:" + SEPARATOR + PLACE + ")*");

    /** A citation goes on in the next line of a comment. */
    private static final Pattern LINE_END = Pattern.compile("\\s*\\R\\s*(?:\\*+(?!/)|//+|--|#)?\\s*");

    private static final Pattern SECTION = Pattern.compile("## (\\d+) .+");

    private static final Pattern RULE = Pattern.compile("(?:- )?\\*\\*(?:(\\d+\\.\\d+)|Row (\\d+)\\.)\\*\\* .+");

    private static final String NAMES_ITS_TESTS = "Tests: ";

    private static final Pattern COMMA = Pattern.compile(", ");

    private static final Pattern NAMED = Pattern.compile("([A-Z]\\w*(?:Test|IT))(?:#([a-z]\\w*))?");

    private static final Pattern EXTENDS = Pattern.compile("(?m)^(?:\\w+ )*class \\w+ extends (\\w+)");

    /** What stands under a number, as {@code 3.2} or {@code 3 row 5}. */
    private record Rule(String number, String text) {

        /** As they are named beside it; empty if none are. */
        List<String> tests() {
            int begin = text.lastIndexOf(NAMES_ITS_TESTS);
            return begin < 0
                    ? List.of()
                    : COMMA.splitAsStream(text.substring(begin + NAMES_ITS_TESTS.length()))
                            .toList();
        }
    }

    /** The contract, read. */
    private record Contract(List<String> sections, List<Rule> rules, List<String> unnumbered) {

        static Contract read() throws IOException {
            List<String> sections = new ArrayList<>();
            Map<String, StringBuilder> texts = new LinkedHashMap<>();
            List<String> unnumbered = new ArrayList<>();
            StringBuilder open = null;
            for (String line : Files.readAllLines(CONTRACT)) {
                Matcher section = SECTION.matcher(line);
                Matcher rule = RULE.matcher(line);
                if (section.matches()) {
                    sections.add(section.group(1));
                    open = null;
                } else if (rule.matches()) {
                    open = new StringBuilder(line);
                    String number = rule.group(1) != null
                            ? rule.group(1)
                            : sections.get(sections.size() - 1) + " row " + rule.group(2);
                    assertThat(texts.put(number, open))
                            .as("two rules %s", number)
                            .isNull();
                    assertThat(number).startsWith(sections.get(sections.size() - 1));
                } else if (line.isBlank()) {
                    open = null;
                } else if (open != null) {
                    open.append(' ').append(line.strip());
                } else if (!sections.isEmpty()) {
                    unnumbered.add(line);
                }
            }
            List<Rule> rules = new ArrayList<>();
            texts.forEach((number, text) -> rules.add(new Rule(number, text.toString())));
            return new Contract(sections, rules, unnumbered);
        }

        Set<String> numbers() {
            Set<String> numbers = new HashSet<>(sections);
            rules.forEach(rule -> numbers.add(rule.number()));
            return numbers;
        }
    }

    private static Map<Path, String> texts() throws IOException {
        Map<Path, String> texts = new LinkedHashMap<>();
        for (String place : CITING) {
            for (Path file : files(Path.of(place))) {
                String text = new String(Files.readAllBytes(file), UTF_8);
                texts.put(file, file.endsWith(FIRST_MIGRATION) ? text.replace(BEFORE, "contract.md") : text);
            }
        }
        return texts;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !contains(file, "target") && !contains(file, "node_modules"))
                    .sorted()
                    .toList();
        }
    }

    private static boolean contains(Path file, String folder) {
        for (Path part : file) {
            if (part.toString().equals(folder)) {
                return true;
            }
        }
        return false;
    }

    /** The numbers that a text cites. The contract itself cites nothing else. */
    private static List<String> cited(Path file, String text) {
        String oneLine = LINE_END.matcher(text).replaceAll(" ");
        Pattern citation = file.equals(CONTRACT) ? ONE_PLACE : CITATION;
        return citation.matcher(oneLine)
                .results()
                .map(MatchResult::group)
                .flatMap(places -> ONE_PLACE.matcher(places).results())
                .flatMap(place -> numbers(place.group(1), place.group(2)))
                .toList();
    }

    private static Stream<String> numbers(String number, @Nullable String rows) {
        return rows == null
                ? Stream.of(number)
                : Pattern.compile("\\d+").matcher(rows).results().map(row -> number + " row " + row.group());
    }

    @Test
    void everyCitationLeadsToARule() throws IOException {
        Set<String> numbers = Contract.read().numbers();
        List<String> all = new ArrayList<>();
        List<String> leadNowhere = new ArrayList<>();
        texts().forEach((file, text) -> cited(file, text).forEach(number -> {
            all.add(number);
            if (!numbers.contains(number)) {
                leadNowhere.add(file + " cites " + number);
            }
        }));

        assertThat(leadNowhere).isEmpty();
        assertThat(all).isNotEmpty();
    }

    @Test
    void nothingElseIsCited() throws IOException {
        Map<Path, String> texts = texts();

        assertThat(texts.entrySet())
                .filteredOn(file -> file.getValue().contains(BEFORE))
                .extracting(Map.Entry::getKey)
                .isEmpty();
        assertThat(texts.entrySet())
                .as("files that cite the contract")
                .filteredOn(file -> !file.getKey().equals(CONTRACT)
                        && !cited(file.getKey(), file.getValue()).isEmpty())
                .hasSizeGreaterThan(50);
    }

    @Test
    void everyRuleHasANumberAndTestsThatThereAre() throws IOException {
        Contract contract = Contract.read();
        Map<String, List<Path>> sources = files(TESTS).stream()
                .collect(Collectors.groupingBy(
                        file -> String.valueOf(file.getFileName()).replaceFirst("\\.java$", "")));
        List<String> faults = new ArrayList<>();
        for (Rule rule : contract.rules()) {
            if (rule.tests().isEmpty()) {
                faults.add(rule.number() + " names no tests");
            }
            for (String named : rule.tests()) {
                String fault = faultOf(named, sources);
                if (fault != null) {
                    faults.add(rule.number() + ": " + fault);
                }
            }
        }

        assertThat(contract.rules()).isNotEmpty();
        assertThat(faults).isEmpty();
        assertThat(contract.unnumbered()).as("what no number is cited by").isEmpty();
    }

    private static @Nullable String faultOf(String named, Map<String, List<Path>> sources) throws IOException {
        Matcher name = NAMED.matcher(named);
        if (!name.matches()) {
            return "'" + named + "' is no name of a test";
        }
        List<Path> files = sources.getOrDefault(name.group(1), List.of());
        if (files.isEmpty()) {
            return "there is no " + name.group(1);
        }
        String method = name.group(2);
        if (method == null) {
            return files.size() == 1 ? null : "which " + named + " of " + files + "? Name a method";
        }
        Pattern declared = Pattern.compile("\\b" + method + "\\(");
        for (Path file : files) {
            if (hasOrInherits(declared, file)) {
                return null;
            }
        }
        return files + " has no " + method;
    }

    /** From a class of the same package, as tests that several classes share are. */
    private static boolean hasOrInherits(Pattern declared, Path file) throws IOException {
        String text = Files.readString(file);
        if (declared.matcher(text).find()) {
            return true;
        }
        Matcher heir = EXTENDS.matcher(text);
        Path base = heir.find() ? file.resolveSibling(heir.group(1) + ".java") : null;
        return base != null && Files.exists(base) && hasOrInherits(declared, base);
    }
}
