package dev.reprise.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Patterns over few letters, so that they meet often. */
class ExitStatusPatternPropertyTest {

    @Property(tries = 2000)
    void matchesWhatTheSameRegularExpressionMatches(@ForAll("pattern") String on, @ForAll("status") String status) {
        String regex = on.codePoints()
                .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : "\\x{" + Integer.toHexString(c) + "}")
                .collect(Collectors.joining("", "(?s)", ""));

        assertThat(JobGraph.matches(on, status)).isEqualTo(status.matches(regex));
    }

    @Property(tries = 2000)
    void coversExactlyWhatLeavesNoStatusOver(
            @ForAll("pattern") String later, @ForAll("patterns") List<String> earlier) {
        boolean covered = pattern(later)
                .isCoveredBy(earlier.stream()
                        .map(ExitStatusPatternPropertyTest::pattern)
                        .toList());

        // Patterns of up to 4 places: where they differ, they differ on a short status already.
        boolean nothingOver = STATUSES.stream()
                .filter(status -> JobGraph.matches(later, status))
                .allMatch(status -> earlier.stream().anyMatch(on -> JobGraph.matches(on, status)));
        assertThat(covered).isEqualTo(nothingOver);
    }

    @Test
    void knowsPatternsThatCoverOneOnlyTogether() {
        assertThat(pattern("A*").isCoveredBy(List.of(pattern("A"), pattern("A?*"))))
                .isTrue();
        assertThat(pattern("A*").isCoveredBy(List.of(pattern("A?*")))).isFalse();
        assertThat(pattern("*").isCoveredBy(List.of(pattern(""), pattern("?*"))))
                .isTrue();
        assertThat(pattern("*").isCoveredBy(List.of())).isFalse();
    }

    @Test
    void givesUpWhatWouldTakeTooLong() {
        String long1 = "*a" + "?".repeat(40);

        assertThat(pattern("*a?" + "?".repeat(40)).isCoveredBy(List.of(pattern(long1), pattern("*b" + "?".repeat(39)))))
                .isFalse();
    }

    /** All over a, b and a letter that no pattern has, up to 6 long. */
    private static final List<String> STATUSES = statuses();

    private static List<String> statuses() {
        List<String> all = new ArrayList<>(List.of(""));
        for (int i = 0, end = 1; i < 6; i++) {
            int begin = end == 1 ? 0 : all.size() - (int) Math.pow(3, i);
            end = all.size();
            for (int j = begin; j < end; j++) {
                all.add(all.get(j) + "a");
                all.add(all.get(j) + "b");
                all.add(all.get(j) + "z");
            }
        }
        return all;
    }

    private static ExitStatusPattern pattern(String text) {
        return new ExitStatusPattern(text);
    }

    @Provide
    Arbitrary<String> pattern() {
        return Arbitraries.strings().withChars('a', 'b', '*', '?').ofMaxLength(4);
    }

    @Provide
    Arbitrary<List<String>> patterns() {
        return pattern().list().ofMaxSize(3);
    }

    @Provide
    Arbitrary<String> status() {
        return Arbitraries.strings().withChars("ab\n.😀").ofMaxLength(8);
    }
}
