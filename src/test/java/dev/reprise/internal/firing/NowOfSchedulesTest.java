package dev.reprise.internal.firing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.reprise.internal.engine.TestDatabase.Kind;
import dev.reprise.internal.schedule.DeployedSchedules;
import dev.reprise.monitor.Monitor;
import dev.reprise.monitor.View.Attention;
import dev.reprise.schedule.Backfill;
import dev.reprise.schedule.Backfill.Order;
import dev.reprise.schedule.Backfill.What;
import dev.reprise.schedule.ScheduleFiles;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What of schedules needs a person. */
class NowOfSchedulesTest {

    private static List<Attention> attention(Night night) {
        return new Monitor(night.batch.launcher(), night.batch::repository)
                .now().attention().stream()
                        .filter(matter -> !matter.kind().equals("broken"))
                        .toList();
    }

    /** The server was down for three days, and nothing is to be caught up. */
    @ParameterizedTest
    @EnumSource
    void whatDidNotRunIsOneMatterOfTheJobUntilItHasRun(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Rounds rounds = night.deployed(
                    "2030-01-01T12:00:00Z",
                    Night.schedule("report", "\"catchUp\": \"none\""),
                    Night.schedule("mail", ""));
            night.look(rounds, "2030-01-04T12:00:00Z");
            night.awaitEnds();

            assertThat(attention(night))
                    .extracting(Attention::kind, Attention::job, Attention::count)
                    .containsExactlyInAnyOrder(tuple("missed", "report", 3), tuple("missed", "mail", 2));

            night.schedules()
                    .backfill("report", new Backfill(Night.day(2), Night.day(4), What.MISSING, Order.OLDEST_FIRST, 3));
            night.look(rounds, "2030-01-04T12:01:00Z");
            night.awaitEnds();

            assertThat(attention(night)).extracting(Attention::job).containsExactly("mail");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aScheduleThatCannotBeUsedSaysWhatIsWrongWithIt(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            ScheduleFiles files = new ScheduleFiles().with("mail.schedule.json", "{\"cron\": \"never\"}");
            night.scheduled().know(new DeployedSchedules(List.of("mail"), job -> files, List.of()));

            assertThat(attention(night)).singleElement().satisfies(matter -> {
                assertThat(matter.kind()).isEqualTo("schedule");
                assertThat(matter.job()).isEqualTo("mail");
                assertThat(matter.message()).contains("mail.schedule.json").contains("'never'");
            });
        }
    }
}
