package dev.reprise.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The console's schedules, in a real Chromium; the answers of the API are made up. */
class ConsoleOfSchedulesIT extends InChromium {

    private MadeUpServer server;

    @BeforeEach
    void startServer() throws IOException {
        server = new MadeUpServer()
                .answers("jobs", Ticking.jobs())
                .answers("schedules", Ticking.page(false))
                .answers("schedules/nightly-report", Ticking.usable())
                .answers("schedules/nightly-report/ticks", Ticking.ticks())
                .answers("schedules/nightly-report/explain", Ticking.outlook())
                .answers("schedules/nightly-report/backfill", Ticking.plan(8))
                .answers("jobs/nightly-report", Ticking.job())
                .answers("jobs/nightly-report/explain", Map.of("decision", "START", "message", "It would start."))
                .answers("jobs/nightly-report/grid", Map.of("steps", List.of(), "executions", List.of()))
                .answers("jobs/nightly-report/instances", Map.of("items", List.of()));
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    private Visitor visitor(String screen) {
        return visitor(screen, Visitor.usual());
    }

    private Visitor visitor(String screen, Browser.NewContextOptions options) {
        Visitor visitor = new Visitor(browser(), server.address(), options);
        visitor.page().navigate(server.address() + "#/" + screen);
        assertThat(visitor.heading()).isVisible();
        assertThat(visitor.page().locator("main .skeleton")).hasCount(0);
        return visitor;
    }

    private static Locator of(Visitor visitor, String job) {
        return visitor.page().locator(".schedule").filter(new Locator.FilterOptions().setHasText(job));
    }

    @Test
    void eachScheduleSaysWhenItRunsWhatItDidLastAndWhatIsWrongWithIt() {
        try (Visitor visitor = visitor("schedules")) {
            assertThat(visitor.page().locator(".summary"))
                    .containsText("4 schedules: 1 cannot be used, 1 is paused, 1 is late.");
            assertThat(visitor.page().locator(".schedule > .title-row > h2"))
                    .hasText(new String[] {"yearly-archive", "Nightly report", "settle-positions", "warehouse-export"});
            Locator broken = of(visitor, "yearly-archive");
            assertThat(broken).containsText("cannot be used");
            assertThat(broken).containsText("'61' is no minute (0-59)");
            assertThat(broken).containsText("there is no key 'paramter'");
            assertThat(broken.locator("button")).hasCount(0);
            Locator usable = of(visitor, "nightly-report");
            assertThat(usable).containsText("Monday to Friday at 03:00");
            assertThat(usable).containsText("0 3 * * 1-5 Asia/Seoul");
            assertThat(usable).containsText(Ticking.nominal(0).replace('T', ' '));
            assertThat(usable).containsText(Ticking.nominal(1).replace('T', ' ') + " COMPLETED");
            assertThat(usable).containsText("launched 12 min after it was due");
            assertThat(usable.locator("dl a")).hasAttribute("href", "#/executions/4711");
            Locator late = of(visitor, "settle-positions");
            assertThat(late).containsText("42 min late");
            assertThat(late).containsText("for the tick before it, 2026-11-28T03:00 (execution 4699 failed)");
            Locator paused = of(visitor, "warehouse-export");
            assertThat(paused).containsText("is skipped while it is paused");
            assertThat(paused.locator(".schedule-paused")).containsText("Paused by kim since ");
            assertThat(paused.locator(".schedule-paused")).containsText("(2 h ago): the warehouse moves");
        }
    }

    @Test
    void anActionSendsWhatItIsToldAndShowsARefusalWhereItArose() {
        String schedule = "schedules/nightly-report/";
        server.refuses(schedule + "pause", "The schedule of 'nightly-report' is paused already, by lee");
        try (Visitor visitor = visitor("schedules")) {
            visitor.button("Pause … nightly-report").click();
            visitor.dialog().getByLabel("Why").fill("month end");
            visitor.dialog().locator("button.primary").click();
            assertThat(visitor.dialog().locator(".notice.failed"))
                    .containsText("The schedule of 'nightly-report' is paused already, by lee.");
            server.answers(schedule + "pause", Ticking.paused("nightly-report"))
                    .answers("schedules", Ticking.page(true));
            visitor.confirms("Pause");
            assertThat(server.sent.get(1)).isEqualTo(schedule + "pause {\"why\":\"month end\"}");
            assertThat(visitor.button("Resume … nightly-report")).isFocused();

            server.answers(schedule + "skip", Ticking.tick(0, "SKIPPED", "by kim: holiday", null, Duration.ZERO));
            visitor.button("Skip … nightly-report").click();
            assertThat(visitor.dialog().locator("option")).hasCount(4); // what has failed was launched
            visitor.dialog().getByLabel("Tick (time of Asia/Seoul)").selectOption(Ticking.nominal(0));
            visitor.dialog().getByLabel("Why").fill("holiday");
            visitor.confirms("Skip");
            assertThat(server.sent.get(2))
                    .isEqualTo(schedule + "skip {\"tick\":\"" + Ticking.nominal(0) + "\",\"why\":\"holiday\"}");
            assertThat(visitor.button("Skip … nightly-report")).isFocused();
            assertThat(of(visitor, "nightly-report").getByRole(AriaRole.STATUS))
                    .hasText(Ticking.nominal(0).replace('T', ' ') + " is skipped.");

            server.refuses(schedule + "explain", "The database does not answer");
            visitor.button("Run now … nightly-report").click();
            assertThat(visitor.dialog().locator(".notice.failed")).containsText("The database does not answer.");
            assertThat(visitor.dialog().locator("button.primary")).hasCount(0);
            visitor.page().keyboard().press("Escape");

            server.answers(schedule + "explain", Ticking.outlook())
                    .answers(schedule + "run", Map.of("id", 4800))
                    .answers("executions/4800", Night.detail(4800));
            visitor.button("Run now … nightly-report").click();
            assertThat(visitor.dialog().locator("option").first())
                    .hasText(Ticking.nominal(2).replace('T', ' ') + " · FAILED");
            visitor.confirms("Run now");
            assertThat(server.sent.get(3)).isEqualTo(schedule + "run {\"tick\":\"" + Ticking.nominal(2) + "\"}");
            assertThat(visitor.page()).hasURL(Pattern.compile(".*#/executions/4800$"));
        }
    }

    @Test
    void aBackfillListsWhatWouldHappenBeforeItHappens() {
        String asked =
                "schedules/nightly-report/backfill {\"from\":\"2026-11-01T03:00\",\"to\":\"2026-11-08T03:00\",\"what\":\"%s\","
                        + "\"order\":\"oldest-first\",\"atOnce\":2,\"dryRun\":%s}";
        try (Visitor visitor = visitor("jobs/nightly-report")) {
            Locator card = visitor.page().locator("reprise-job-schedule");
            assertThat(card).containsText("Monday to Friday at 03:00");
            assertThat(card).containsText(Ticking.nominal(0).replace('T', ' ') + " skipped already");
            visitor.button("Backfill … nightly-report").click();
            Locator dialog = visitor.dialog();
            assertThat(dialog.locator("button.primary")).hasCount(0);
            dialog.getByLabel("From (time of Asia/Seoul)").fill("2026-11-01T03:00");
            dialog.getByLabel("To (time of Asia/Seoul)").fill("2026-11-08T03:00");
            dialog.getByLabel("How many run at once").fill("2");
            server.sent.clear();
            dialog.getByLabel("How many run at once").press("Enter");
            assertThat(dialog.getByRole(AriaRole.STATUS)).hasText("1 tick would be launched, 7 would be left.");
            assertThat(dialog.locator("li")).hasCount(8);
            assertThat(dialog.locator("li").nth(2)).containsText("is launched: it was missed");
            assertThat(server.sent).containsExactly(asked.formatted("missing", true));

            dialog.getByLabel("Which").selectOption("all");
            assertThat(dialog.locator("li")).hasCount(0);
            assertThat(dialog.locator("button.primary")).hasCount(0);
            server.refuses("schedules/nightly-report/backfill", "There are more than 1000 ticks");
            dialog.getByText("List what would happen").click();
            assertThat(dialog.locator(".notice.failed")).containsText("There are more than 1000 ticks.");
            server.answers("schedules/nightly-report/backfill", Ticking.plan(8));
            dialog.getByText("List what would happen").click();
            visitor.confirms("Run 1 tick");
            assertThat(server.sent.get(server.sent.size() - 1)).isEqualTo(asked.formatted("all", false));
            assertThat(visitor.button("Backfill … nightly-report")).isFocused();
            assertThat(card.locator("reprise-schedule-actions > [role=status]")).hasText("1 tick is to run.");
            assertThat(card.locator("tbody tr").first()).isVisible();
            assertThat(card.locator("tbody tr")).hasCount(4);
        }
    }

    /** Viewers may ask what would happen; who may launch may not purge. */
    @Test
    void whoMayNotActSeesWhyAndWhatWouldHappen() {
        server.answers(
                "me", Map.of("user", "lee", "roles", List.of("batch-viewer"), "application", "night", "version", "1"));
        try (Visitor visitor = visitor("jobs/nightly-report")) {
            visitor.button("Pause … nightly-report").click(new Locator.ClickOptions().setForce(true));
            assertThat(visitor.dialog()).hasCount(0);
            assertThat(visitor.button("Pause … nightly-report"))
                    .hasAccessibleDescription(
                            Pattern.compile("Pausing, running and skipping need the role batch-operator\\..*"));
            visitor.button("Backfill … nightly-report").click();
            visitor.dialog().getByText("List what would happen").click();
            assertThat(visitor.dialog().locator("li")).hasCount(8);
            assertThat(visitor.dialog().locator("button.primary")).hasCount(0);
            assertThat(visitor.dialog()).containsText("This needs the role batch-operator.");
        }
        server.answers(
                        "me",
                        Map.of(
                                "user",
                                "lee",
                                "roles",
                                List.of("batch-operator"),
                                "application",
                                "night",
                                "version",
                                "1"))
                .answers(
                        "schedules", Map.of("items", List.of(Ticking.usable(), Ticking.paused("reprise-purge-daily"))));
        try (Visitor visitor = visitor("schedules")) {
            assertThat(of(visitor, "nightly-report").locator("[aria-disabled=true]"))
                    .hasCount(0);
            assertThat(of(visitor, "reprise-purge-daily").locator("[aria-disabled=true]"))
                    .hasCount(3);
            assertThat(of(visitor, "reprise-purge-daily")).containsText("need the role batch-admin.");
        }
    }

    @Test
    void aPageWithoutSchedulesSaysHowToMakeOne() {
        server.answers("schedules", Map.of("items", List.of()));
        try (Visitor visitor = visitor("schedules")) {
            Locator empty = visitor.page().locator(".empty");
            assertThat(empty).containsText("No job of this deployment has a schedule.");
            assertThat(empty).containsText("report.schedule.json");
            assertThat(empty.locator("code"))
                    .hasText("{\"cron\": \"0 3 * * 1-5\", \"zone\": \"Asia/Seoul\", \"parameter\": \"day\"}");
            assertThat(empty).containsText("Every night");
        }
    }

    /** The others are better read as they are written. */
    @Test
    void cronExpressionsThatMostPeopleWriteAreToldInWords() {
        Map<String, String> words = new LinkedHashMap<>();
        words.put("0 3 * * *", "Every day at 03:00 / 매일 03:00");
        words.put("5 15,3 * * *", "Every day at 03:05 and 15:05 / 매일 03:05 및 15:05");
        words.put("0 3 * * mon-fri", "Monday to Friday at 03:00 / 월요일부터 금요일까지 03:00");
        words.put("0 3 * * 0", "Sunday at 03:00 / 일요일 03:00");
        words.put("0 3 * * fri-sun", "Friday to Sunday at 03:00 / 금요일부터 일요일까지 03:00");
        words.put("0 3 * * 6,0", "Saturday and Sunday at 03:00 / 토요일 및 일요일 03:00");
        words.put("0 3 * * 0-6", "Every day at 03:00 / 매일 03:00");
        words.put("0 3 1 * *", "Day 1 of each month at 03:00 / 매월 1일 03:00");
        words.put("30 * * * *", "Every hour at minute 30 / 매시 30분");
        words.put("*/15 * * * 1-5", "Monday to Friday, every 15 minutes / 월요일부터 금요일까지 15분마다");
        words.put("* * * * *", "Every minute / 1분마다");
        words.put("*/7 * * * *", "undefined / undefined");
        words.put("0 3 1 * 1", "undefined / undefined");
        words.put("0 3 * 2 *", "undefined / undefined");
        words.put("0 3 * * */2", "undefined / undefined");
        words.put("0 9-17 * * *", "undefined / undefined");
        words.put("0 3 29 2 *", "undefined / undefined");
        try (Visitor visitor = visitor("schedules")) {
            Object told = visitor.page().evaluate("""
                            async crons => {
                              const { cronWords } = await import(new URL('app/parts/cron.js', document.baseURI));
                              const { setLanguage } = await import(new URL('app/text.js', document.baseURI));
                              const inOf = (language) => {
                                setLanguage(language, false);
                                return crons.map(cronWords);
                              };
                              const [en, ko] = [inOf('en'), inOf('ko')];
                              return crons.map((cron, at) => `${en[at]} / ${ko[at]}`);
                            }""", List.copyOf(words.keySet()));
            assertThat(told).isEqualTo(List.copyOf(words.values()));
        }
    }

    /** In both languages and themes, on small and large screens, with a dialog and without. */
    @Test
    void noScreenHasASeriousFindingOrIsWiderThanTheWindow() {
        for (Look look : Look.all()) {
            try (Visitor visitor = visitor("schedules", look.options())) {
                Page page = visitor.page();
                assertGood(visitor, "schedules, " + look);
                page.locator(".schedule button").first().click();
                assertGood(visitor, "a pause, " + look);
                page.keyboard().press("Escape");
                visitor.goesTo("jobs/nightly-report");
                page.locator(".ticks summary").click();
                assertGood(visitor, "the job, " + look);
                page.locator("reprise-job-schedule button").nth(3).click();
                page.locator(".backfill-plan-it").click();
                assertThat(page.locator(".backfill-plan")).isVisible();
                assertGood(visitor, "a backfill, " + look);
            }
        }
    }

    private static void assertGood(Visitor visitor, String where) {
        ConsoleScenarios.assertNoFindings(visitor, where);
        assertThat((Integer) visitor.page().evaluate("document.documentElement.scrollWidth - innerWidth"))
                .as("how much wider than the window: %s", where)
                .isLessThanOrEqualTo(0);
    }
}
