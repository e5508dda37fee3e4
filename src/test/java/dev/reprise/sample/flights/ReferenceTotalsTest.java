package dev.reprise.sample.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.reprise.sample.flights.ReferenceTotals.Group;
import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ReferenceTotalsTest {

    /** The numbers are from a Python script and from awk, over the same file. */
    @Test
    void ofJanuaryAreWhatOtherToolsFind() throws IOException {
        ReferenceTotals january = ReferenceTotals.january();

        assertThat(january.loaded()).isEqualTo(508_239);
        assertThat(january.rejected()).isEmpty();
        assertThat(january.onTime()).isEqualTo(399_039);
        assertThat(january.airports()).hasSize(223);
        assertThat(january.routes()).hasSize(3_290);
        Group bangor = Objects.requireNonNull(january.airports().get("BGR"));
        assertThat(bangor.flights()).isEqualTo(228);
        assertThat(bangor.meanDelay()).isCloseTo(23.390350877192983, within(1e-12));
        assertThat(bangor.p90Delay()).isEqualTo(89);
        assertThat(bangor.onTimePercent()).isCloseTo(59.64912280701754, within(1e-12));
        Group atlanta = Objects.requireNonNull(january.airports().get("ATL"));
        assertThat(atlanta.flights()).isEqualTo(21_286);
        assertThat(atlanta.p90Delay()).isEqualTo(34);
    }
}
