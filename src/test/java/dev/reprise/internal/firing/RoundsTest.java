package dev.reprise.internal.firing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.internal.engine.TestDatabase.Kind;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a node does about ticks, on each database. */
class RoundsTest {

    @ParameterizedTest
    @EnumSource
    void aTickIsLaunchedWhenItIsDueAndNotAgain(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Rounds rounds = night.deployed("2026-11-29T12:00:00Z", Night.schedule("report", ""));

            assertThat(night.look(rounds, "2026-11-30T02:59:00Z")).contains(Duration.ofMinutes(1));
            assertThat(night.ticks("report")).isEmpty();

            assertThat(night.look(rounds, "2026-11-30T03:00:00Z")).contains(Duration.ofDays(1));
            night.awaitEnds();
            night.look(rounds, "2026-11-30T03:00:01Z");

            assertThat(night.ticks("report")).containsExactly("2026-11-30T03:00 LAUNCHED");
            assertThat(night.executions("report")).containsExactly("2026-11-30 COMPLETED");
        }
    }
}
