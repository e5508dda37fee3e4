package dev.reprise.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

/** That nothing ends a line, turns it round or hides in it. */
class OneLineTest {

    private static final String HOSTILE = "a\u202Eb\u2028c\u0085d\u2066e\u200Bf\u001B[2Jg\uFEFFh\uD800i\u009Bj\r\nk\tl";

    @Test
    void whatIsNotSeenIsWrittenOut() {
        assertThat(OneLine.of(HOSTILE))
                .isEqualTo(
                        "a\\u202eb\\u2028c\\u0085d\\u2066e\\u200bf\\u001b[2Jg\\ufeffh\\ud800i\\u009bj\\u000d\\u000ak\\u0009l");
        assertThat(OneLine.of("Grüße, 안녕 \uD83D\uDCA3")).isEqualTo("Grüße, 안녕 \uD83D\uDCA3");
    }

    @Test
    void itIsCutVisiblyAndNotWithinACharacter() {
        assertThat(OneLine.of("\uD83D\uDCA3".repeat(4), 3)).isEqualTo("\uD83D\uDCA3".repeat(3) + "…");
        assertThat(OneLine.of("abc", 3)).isEqualTo("abc");
        assertThat(OneLine.of("x".repeat(1000))).hasSize(301);
    }

    @Test
    void theLogOfAnExecutionKeepsItsLinesAndShowsTheRest() {
        Formatter format = LogFormat.of(List.of());
        LogRecord line = new LogRecord(Level.INFO, HOSTILE);
        line.setLoggerName("some.job");

        assertThat(format.format(line))
                .contains("a\\u202eb\\u2028c\\u0085d\\u2066e\\u200bf\\u001b[2Jg\\ufeffh\\ud800i\\u009bj\r\nk\tl");
    }
}
