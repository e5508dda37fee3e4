package dev.reprise.internal.doorbell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What travels is a kind and a number, and nothing else is taken for a bell. */
class BellTest {

    @Test
    void isReadAsItWasWritten() {
        for (Bell bell : new Bell[] {Bell.WORK, Bell.ended(1), Bell.ended(Long.MAX_VALUE)}) {
            assertThat(Bell.of(bell.text())).contains(bell);
        }
        assertThat(Bell.ended(17).text()).isEqualTo("ENDED 17");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "WORK",
                "WORK 1",
                "WORK 00",
                "work 0",
                "ENDED 0",
                "ENDED -1",
                "ENDED +1",
                "ENDED 017",
                "ENDED  17",
                "ENDED 17 ",
                "ENDED 17\n",
                "ENDED 17\nWORK 0",
                "ENDED 9223372036854775808",
                "ENDED 99999999999999999999",
                "ENDED ١٧",
                "BEGUN 17"
            })
    void nothingElseIsOne(String text) {
        assertThat(Bell.of(text)).isEmpty();
    }

    @Test
    void hasTheIdOfItsKind() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Bell(Bell.Kind.WORK, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> Bell.ended(0));
    }
}
