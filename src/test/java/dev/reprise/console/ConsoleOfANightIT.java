package dev.reprise.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The console after a night in which much happened, in a real Chromium; the answers of the API are made up. */
class ConsoleOfANightIT extends InChromium {

    private MadeUpServer server;

    @BeforeEach
    void startServer() throws IOException {
        server = new MadeUpServer()
                .answers("now", Night.now(false))
                .answersTo("executions", Night::page)
                .answersTo("jobs", Night::jobs)
                .answers("executions/19999", Night.detail(19_999))
                .answers("executions/119900", Night.detail(119_900))
                .answers("instances/7", Night.instance())
                .answers("jobs/settle-01", Map.of("name", "settle-01", "findings", List.of()))
                .answers("jobs/settle-01/grid", Night.grid())
                .answers("jobs/settle-01/instances", Map.of("items", List.of()));
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    private Visitor visitor(String screen, int width) {
        Visitor visitor = new Visitor(
                browser(), server.address(), Visitor.usual().setViewportSize(width, width > 400 ? 900 : 800));
        visitor.page().navigate(server.address() + "#/" + screen);
        assertThat(visitor.heading()).isVisible();
        assertThat(visitor.page().locator("main .skeleton")).hasCount(0);
        return visitor;
    }

    private Visitor visitor(String screen) {
        return visitor(screen, 1280);
    }

    @Test
    void whatNeedsAPersonIsOneMatterForEachCauseAndSaysHowManyThereAre() {
        try (Visitor visitor = visitor("now")) {
            Page page = visitor.page();
            Locator upload =
                    page.locator(".attention-item").filter(new Locator.FilterOptions().setHasText("sftp-upload"));
            assertThat(upload).containsText("84 × failed");
            assertThat(upload).containsText("refused");
            assertThat(page.locator("main")).containsText("34 of 122 are shown");
            assertThat(page.locator("main")).containsText("the newest 1,000 were looked at");
            assertThat(page.locator(".attention-item")
                            .filter(new Locator.FilterOptions().setHasText("TOO_MANY_REJECTS")))
                    .containsText("2 × stopped");
            assertThat(page.locator(".attention-item").filter(new Locator.FilterOptions().setHasText("ALERT")))
                    .containsText("3 × completed with");
            assertThat(page.locator(".attention-item").first()).containsText("Its definition is broken");
        }
    }

    @Test
    void aMatterIsAcknowledgedWithANoteAndUntilWhen() {
        server.answers("attention/key-failed-sftp-upload/acknowledgement", Night.now(true));
        try (Visitor visitor = visitor("now")) {
            Page page = visitor.page();
            visitor.button("Acknowledge … sftp-upload").click();
            visitor.dialog().getByLabel("Note").fill("ticket 4711");
            visitor.dialog().getByLabel("Until when").fill("2026-12-24T08:00");
            server.answers("now", Night.now(true));
            visitor.confirms("Acknowledge");

            assertThat(server.asked).contains("POST attention/key-failed-sftp-upload/acknowledgement");
            Locator known = page.locator(".acknowledged");
            assertThat(known.locator("summary").first()).hasText("1 acknowledged");
            known.locator("summary").first().click();
            assertThat(known).containsText("kim knows of it since");
            assertThat(known).containsText("ticket 4711");
            assertThat(page.locator("section > .attention")).not().containsText("sftp-upload");
            server.answers("now", Night.now(false));
            visitor.button("Take back sftp-upload").click();
            assertThat(known).hasCount(0);
            assertThat(server.asked).contains("DELETE attention/key-failed-sftp-upload/acknowledgement");
        }
    }

    @Test
    void aPartOfANameOrTitleIsEnoughAndSaysWhatItMatches() {
        server.answersTo("executions", query -> {
            Map<String, Object> page = new LinkedHashMap<>(Night.page(query));
            if ("settle".equals(query.get("jobContains"))) {
                page.put("jobs", List.of("settle-01", "settle-06"));
            }
            return page;
        });
        try (Visitor visitor = visitor("executions?pages=1")) {
            Page page = visitor.page();
            page.locator(".filters > label input").first().fill("settle");
            assertThat(page.locator(".matched"))
                    .hasText("Of 2 jobs with “settle” in name or title: settle-01, settle-06");
            assertThat(page).hasURL(Pattern.compile(".*#/executions\\?jobContains=settle$"));
        }
    }

    @Test
    void backFindsFiltersPagesAndThePlace() {
        try (Visitor visitor = visitor("executions?status=COMPLETED")) {
            Page page = visitor.page();
            for (int pages = 2; pages <= 3; pages++) {
                visitor.button("Older").click();
                assertThat(page.locator("tbody tr")).hasCount(50 * pages);
            }
            Locator row = page.locator("tbody tr").nth(120);
            row.scrollIntoViewIfNeeded();
            page.waitForFunction("history.state && history.state.scroll > 1000 && history.state.scroll === scrollY");
            Object place = page.evaluate("scrollY");
            server.answers("executions/" + 19_879, Night.detail(19_879));
            page.locator("tbody tr").nth(121).locator("th a").click();
            assertThat(page.locator(".story")).isVisible();
            assertThat(page.evaluate("scrollY")).isEqualTo(0);

            page.goBack();

            assertThat(page.locator("tbody tr")).hasCount(150);
            assertThat(page).hasURL(Pattern.compile(".*#/executions\\?status=COMPLETED&pages=3$"));
            page.waitForFunction("place => Math.abs(scrollY - place) <= 1", place);
        }
    }

    @Test
    void backFindsWhatTheJobsWereFilteredBy() {
        try (Visitor visitor = visitor("jobs")) {
            Page page = visitor.page();
            page.locator("input[type=search]").fill("settle");
            assertThat(page.locator(".job")).hasCount(13);
            page.locator(".job a").first().click();
            assertThat(page.locator("reprise-job")).hasCount(1);

            page.goBack();

            assertThat(page.locator(".job")).hasCount(13);
            assertThat(page.locator("input[type=search]")).hasValue("settle");
        }
    }

    @Test
    void newExecutionsAreOfferedWhereThereAreSome() throws IOException {
        try (Visitor visitor = visitor("executions?status=RUNNING")) {
            Page page = visitor.page();
            await().until(() -> server.listeners() == 1);
            Map<String, Object> fresh = new LinkedHashMap<>(Night.execution(20_001));
            fresh.put("status", "STARTED");
            fresh.put("live", true);
            server.tells("execution", fresh);
            assertThat(visitor.button("Show 1 new execution")).isVisible();

            server.tells("execution", Night.execution(20_001));

            assertThat(page.locator(".fresh button")).hasCount(0);
        }
    }

    @Test
    void whatCameWhileTheListWasReadIsNotOffered() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        server.answersTo("executions", query -> {
            try {
                told.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return Night.page(query);
        });
        try (Visitor visitor = new Visitor(browser(), server.address(), Visitor.usual())) {
            Page page = visitor.page();
            page.navigate(server.address() + "#/executions");
            await().until(() -> server.listeners() == 1);
            assertThat(page.locator("main .skeleton")).isVisible();
            page.waitForFunction("document.querySelector('reprise-executions')");
            page.evaluate(
                    "import(new URL('app/live.js', document.baseURI)).then(({ live }) => live.addEventListener('execution', () => { window.heard = true; }))");
            server.tells("execution", Night.execution(20_000));
            page.waitForFunction("window.heard");
            told.countDown();

            assertThat(page.locator("tbody tr")).hasCount(50);
            assertThat(page.locator(".fresh button")).hasCount(0);
        }
    }

    /** The server was restarted, and knows no session any more. */
    @Test
    void aLoginThatEndsIsToldWhereItIsAndThePageGoesOnWhenThereIsOneAgain() throws IOException {
        try (Visitor visitor = visitor("now")) {
            Page page = visitor.page();
            await().until(() -> server.listeners() == 1);
            server.loggedOut = true;
            server.breaksOff();

            Locator told = page.locator(".connection");
            assertThat(told).containsText("The login of kim ended at ");
            assertThat(page.locator(".attention-item").first()).isVisible();

            server.loggedOut = false;
            server.answers(
                    "now",
                    Map.of(
                            "running",
                            List.of(),
                            "attention",
                            List.of(),
                            "attentionInAll",
                            0,
                            "attentionNew",
                            0,
                            "attentionWhole",
                            true,
                            "nodes",
                            List.of()));

            assertThat(told.locator("p")).hasCount(0);
            assertThat(page.locator("main")).containsText("Nothing needs a person.");
        }
    }

    @Test
    void theLoginPageSaysWhoseLoginHasEnded() {
        try (Visitor visitor = visitor("executions")) {
            server.loggedOut = true;
            visitor.page().reload();

            assertThat(visitor.page().locator(".ended")).containsText("kim was logged in here. That login has ended");
        }
    }

    /** Nothing else would be asked for hours, and a session ends after half an hour without a request. */
    @Test
    void aTabThatNobodyLooksAtKeepsItsLogin() {
        try (Visitor visitor = new Visitor(browser(), server.address(), Visitor.usual())) {
            Page page = visitor.page();
            page.clock().install();
            page.navigate(server.address() + "#/jobs");
            assertThat(visitor.heading()).isVisible();
            await().until(() -> server.listeners() == 1);
            page.evaluate(
                    "Object.defineProperty(document, 'hidden', { get: () => true }); document.dispatchEvent(new Event('visibilitychange'))");
            page.clock().runFor(60_000);
            server.asked.clear();

            page.clock().runFor(25 * 60_000);

            await().until(() -> server.asked.contains("GET me"));
        }
    }

    @Test
    void whatAScreenIsAboutStandsInItsHeadingAndItsTitle() {
        try (Visitor visitor = visitor("executions/19999")) {
            assertThat(visitor.heading()).containsText("archive-44");
            assertThat(visitor.heading()).containsText("day=2026-11-27");
            assertThat(visitor.heading()).containsText("FAILED");
            assertThat(visitor.page())
                    .hasTitle("FAILED · archive-44 · day=2026-11-27 region=north-1 · Execution 19999 · Reprise");
            visitor.goesTo("instances/7");
            assertThat(visitor.heading()).containsText("settle-01");
            assertThat(visitor.page()).hasTitle("COMPLETED · settle-01 · day=2026-11-27 · Instance 7 · Reprise");
        }
    }

    @Test
    void aFailureIsNotCutBeforeItsCause() {
        try (Visitor visitor = visitor("executions?pages=2")) {
            Page page = visitor.page();
            Locator failed = page.locator("tbody tr").filter(new Locator.FilterOptions().setHasText("FAILED"));
            assertThat(failed.first()).containsText("value too long for type character varying(12)");
            visitor.goesTo("executions/19999");
            assertThat(page.locator(".story .failure-line"))
                    .containsText("value too long for type character varying(12)");
        }
    }

    @Test
    void whatWentWrongStandsFirstAmongManyPartitions() {
        for (int width : new int[] {1280, 400}) {
            try (Visitor visitor = visitor("executions/19999", width)) {
                Page page = visitor.page();
                assertThat(page.locator(".gantt-row.partition .gantt-name").first())
                        .hasText("partition120partition120"); // its title, and itself
                assertThat(page.locator(".gantt-row.partition .gantt-name").nth(1))
                        .hasText("partition187partition187");
                visitor.button("198 of 200 partitions").click();
                assertThat(page.locator("tr.partition")).hasCount(200);
                assertThat(page.locator("tr.partition th").first()).containsText("partition120");
                assertThat(page.locator("tr.partition th").nth(1)).containsText("partition187");
            }
        }
    }

    /** Neither out of its drawing, nor over another one, nor in a bar that it is not of. */
    @Test
    void everyLabelOfADrawingCanBeRead() {
        for (String locale : List.of("en-US", "ko-KR")) {
            for (int width : new int[] {1280, 400}) {
                Browser.NewContextOptions options =
                        Visitor.usual().setLocale(locale).setViewportSize(width, 900);
                try (Visitor visitor = new Visitor(browser(), server.address(), options)) {
                    visitor.page().navigate(server.address().toString());
                    for (String screen : List.of("executions/19999", "instances/7", "jobs/settle-01")) {
                        visitor.goesTo(screen);
                        assertThat(visitor.page()
                                        .locator(":is(.gantt, .timeline, .chart) svg text")
                                        .first())
                                .isVisible();
                        assertThat(visitor.page().evaluate(UNREADABLE))
                                .as("%s, %d wide, in %s", screen, width, locale)
                                .isEqualTo(List.of());
                    }
                }
            }
        }
    }

    private static final String UNREADABLE = """
            () => [...document.querySelectorAll(':is(.gantt, .timeline, .chart) svg')].flatMap((svg) => {
              const around = svg.getBoundingClientRect();
              const texts = [...svg.querySelectorAll('text')].map((text) => ({ text: text.textContent.trim(), at: text.getBoundingClientRect() })).filter(({ text }) => text);
              const bars = [...svg.querySelectorAll('.timeline-bar')].map((bar) => bar.getBoundingClientRect());
              const over = (one, other) => one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 4 && other.top < one.bottom - 4;
              return texts.flatMap(({ text, at }, index) => [
                ...(at.left < around.left - 1 || at.right > around.right + 1 ? [`${text} is cut`] : []),
                ...texts.slice(index + 1).filter((other) => over(at, other.at)).map((other) => `${text} is over ${other.text}`),
                ...bars.filter((bar) => over(at, bar)).map(() => `${text} is in a bar`),
              ]);
            })""";

    @Test
    void sixtyFiveJobsAreSortedByWhatTheyAreCalledAndShort() {
        try (Visitor visitor = visitor("jobs")) {
            Page page = visitor.page();
            assertThat(page.locator(".job")).hasCount(65);
            List<String> titles = page.locator(".job h2").allTextContents();
            assertThat(titles).isSorted();
            assertThat((Integer) page.evaluate("document.documentElement.scrollHeight"))
                    .as("the height of the page")
                    .isLessThan(3000);
            assertThat(server.asked.stream().filter(asked -> asked.startsWith("GET jobs")))
                    .containsExactly("GET jobs?limit=200");
            page.locator("input[type=search]").fill("archive 44");
            assertThat(page.locator(".job")).hasCount(1);
        }
    }

    /** In both languages and themes, on small and large screens. */
    @Test
    void noScreenHasASeriousFindingOrIsWiderThanTheWindow() {
        for (Look look : Look.all()) {
            try (Visitor visitor = new Visitor(browser(), server.address(), look.options())) {
                visitor.page().navigate(server.address().toString());
                for (String screen :
                        List.of("now", "jobs", "executions", "executions/19999", "instances/7", "jobs/settle-01")) {
                    visitor.goesTo(screen);
                    if ((look.theme() == ColorScheme.LIGHT) == (look.width() > 400)
                            && look.locale().startsWith("ko") == (look.width() == 400)) {
                        ConsoleScenarios.assertNoFindings(visitor, screen + ", " + look);
                    }
                    assertThat((Integer) visitor.page().evaluate("document.documentElement.scrollWidth - innerWidth"))
                            .as("how far %s is wider than the window, %s", screen, look)
                            .isLessThanOrEqualTo(0);
                }
            }
        }
    }
}
