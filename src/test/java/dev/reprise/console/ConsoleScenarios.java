package dev.reprise.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.reprise.server.TestUser.ADMIN;
import static dev.reprise.server.TestUser.OPERATOR;
import static dev.reprise.server.TestUser.VIEWER;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.args.AxeRunOptions;
import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.reprise.Skip;
import dev.reprise.server.TestUser;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.LocalDate;
import java.util.Base64;
import java.util.List;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** What people do with the console, in a real Chromium. Where the server is, a subclass says. */
abstract class ConsoleScenarios extends InChromium {

    private static final String HOSTILE =
            "<script>document.title='owned'</script><img src=x onerror=alert(1)> \"quotes\" 'and' & {{more}} ${of} it";
    private static final String FROM_RIGHT_TO_LEFT = "تقرير الشهر \"ابريل\" 2001";
    private static final String LONG = "as long as a value may be ".repeat(92).strip();

    /** Tells the launches of this run from those before. */
    private final String run = "console-" + Long.toString(System.nanoTime(), 36);

    /** Ends with a slash. */
    abstract URI address();

    private Visitor visitor(Browser.NewContextOptions options) {
        return new Visitor(browser(), address(), options);
    }

    private Visitor visitor(TestUser user) {
        return visitor(Visitor.usual()).logsIn(user);
    }

    @Test
    void leadsThroughTheLoginToTheScreenThatWasAskedFor() {
        try (Visitor visitor = visitor(Visitor.usual())) {
            Page page = visitor.page();
            page.navigate(address() + "#/nodes");
            visitor.fillsInTheLogin(VIEWER.login(), "wrong");
            assertThat(page.getByRole(AriaRole.ALERT)).containsText("is not right");

            visitor.fillsInTheLogin(VIEWER.login(), VIEWER.password());
            assertThat(visitor.heading()).hasText("Nodes");
            assertThat(page.locator(".node")).not().hasCount(0);
            assertThat(page).hasTitle("Nodes · Reprise");

            visitor.button("Settings of " + VIEWER.login()).click();
            visitor.button("Log out").click();
            assertThat(page.locator("input[name=j_password]")).isVisible();
        }
    }

    @Test
    void thePolicyAllowsTheImportMapAndNoOtherInlineScript() throws IOException, GeneralSecurityException {
        String html = Files.readString(Path.of("src/main/resources/dev/reprise/web/console/index.html"));
        Matcher map = Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL)
                .matcher(html);
        assertThat(map.find()).isTrue();
        String hash = Base64.getEncoder()
                .encodeToString(
                        MessageDigest.getInstance("SHA-256").digest(map.group(1).getBytes(StandardCharsets.UTF_8)));

        try (Visitor visitor = visitor(VIEWER)) {
            Response response = visitor.page().navigate(address().toString());
            assertThat(response.headers().get("content-security-policy"))
                    .contains("script-src 'self' 'sha256-" + hash + "';")
                    .contains("style-src 'self';")
                    .doesNotContain("unsafe");
        }
        assertThat(html).doesNotContainPattern("<style|\\sstyle=|\\son[a-z]+=");
    }

    /** Launched from the form, failed, understood, restarted with the preview, complete, and refused from then on. */
    /** What the server would say after another version of the job was deployed; the answers are made up here. */
    @Test
    void aChangeOfTheDefinitionIsShownAndCanBeAccepted() {
        String refusal = "{\"decision\": \"REFUSE\", \"message\": \"It could repeat work.\", \"executionId\": 7,"
                + " \"refusal\": \"DEFINITION_CHANGED\", \"acceptance\": \"0123456789abcdef\","
                + " \"faults\": [{\"message\": \"step work (line 3 before, line 3 now): is partitioned now\"}]}";
        String restart = "{\"decision\": \"RESTART\", \"message\": \"It would be restarted.\", \"executionId\": 7,"
                + " \"changes\": [\"step work: is partitioned now\"],"
                + " \"parameters\": [{\"name\": \"limit\", \"value\": \"5\", \"identifying\": false, \"secret\": false,"
                + " \"source\": \"CARRIED\"}],"
                + " \"steps\": [{\"step\": \"work\", \"fate\": \"RUN\", \"reach\": \"WILL\"},"
                + " {\"step\": \"report\", \"fate\": \"RUN\", \"reach\": \"MAY\"},"
                + " {\"step\": \"alert\", \"fate\": \"RUN\", \"reach\": \"NOT\"}]}";
        try (Visitor visitor = visitor(OPERATOR)) {
            Page page = visitor.page();
            page.route("**/explain", route -> {
                String asked = String.valueOf(route.request().postData());
                route.fulfill(new Route.FulfillOptions()
                        .setContentType("application/json")
                        .setBody(asked.contains("\"acceptDefinition\":\"0123456789abcdef\"") ? restart : refusal));
            });
            visitor.goesTo("jobs/acceptance");
            assertThat(visitor.decision()).containsText("step work (line 3 before, line 3 now): is partitioned now");
            visitor.button("Restart in spite of exactly this change").click();

            assertThat(visitor.decision()).containsText("Changed since, without harm: 1 thing");
            assertThat(visitor.decision()).containsText("limit = 5 as in the execution before");
            Locator plans = visitor.decision().locator(".plans li");
            assertThat(plans.nth(0)).containsText("work runs from its beginning.");
            assertThat(plans.nth(1)).containsText("That may be: it depends on an exit status.");
            assertThat(plans.nth(2)).containsText("alert is not reached.");
            assertThat(visitor.button("Restart execution 7")).isVisible();
        }
    }

    @Test
    void aFailedJobIsUnderstoodAndRestarted() {
        try (Visitor visitor = visitor(OPERATOR).goesTo("jobs/acceptance")) {
            Page page = visitor.page();
            visitor.givesParameter(0, "run", run, true);
            visitor.givesParameter(1, "failAt", "2501", false);
            long failed = visitor.launches();

            visitor.sees("FAILED");
            Locator story = page.locator(".story");
            assertThat(story).containsText("Step step2 failed after 2,500 items.");
            assertThat(story).containsText("item 2501 is poisoned");
            assertThat(story).containsText("2,000 items in 2 chunks are committed and stay.");
            assertThat(story).containsText("A restart skips step1 and goes on in step2");
            visitor.button("Show the stack trace").click();
            assertThat(page.locator(".stack-trace")).containsText("IllegalStateException: item 2501 is poisoned");

            visitor.goesTo("now");
            assertThat(page.locator(".attention-item")
                            .filter(new Locator.FilterOptions().setHasText("item … is poisoned"))
                            .or(page.locator(".attention-item").filter(new Locator.FilterOptions().setHasText(run)))
                            .first())
                    .containsText(Pattern.compile("failed", Pattern.CASE_INSENSITIVE));

            visitor.goesTo("executions/" + failed);
            visitor.button("Restart …").click();
            Locator dialog = visitor.dialog();
            assertThat(dialog.locator(".plans li").nth(0)).containsText("step1 is skipped");
            assertThat(dialog.locator(".plans li").nth(1)).containsText("step2 goes on where it stopped");
            dialog.getByLabel("failAt").fill("0");
            dialog.getByRole(
                            AriaRole.BUTTON,
                            new Locator.GetByRoleOptions().setName("Restart").setExact(true))
                    .click();
            page.waitForURL(Pattern.compile(".*#/executions/(?!" + failed + "$)\\d+$"));
            long restarted = visitor.execution();
            visitor.sees("COMPLETED");
            assertThat(page.locator("reprise-steps-table")).not().containsText("step1");
            Locator change = page.locator("tr.changed");
            assertThat(change).containsText("failAt");
            assertThat(change).containsText("2501");

            page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(Pattern.compile("^Instance \\d+$")))
                    .click();
            assertThat(page.locator(".timeline-row")).hasCount(2);
            assertThat(page.locator("main")).containsText("It would be refused.");

            visitor.goesTo("jobs/acceptance");
            visitor.givesParameter(0, "run", run, true);
            assertThat(visitor.decision()).containsText("It would be refused.");
            assertThat(visitor.decision().getByRole(AriaRole.LINK)).hasText("Look at execution " + restarted);
            assertThat(visitor.button("Launch")).hasAttribute("aria-disabled", "true");
        }
    }

    @Test
    void progressMovesUntilSomebodyStopsIt() {
        try (Visitor visitor = visitor(OPERATOR).goesTo("jobs/slow")) {
            Page page = visitor.page();
            visitor.givesParameter(0, "run", run, true);
            visitor.givesParameter(1, "count", "50000", false);
            visitor.givesParameter(2, "pauseMillis", "4", false);
            long execution = visitor.launches();

            visitor.sees("STARTED");
            Locator read = page.locator(".live-card dt:text-is('Items read') + dd");
            assertThat(read).hasText(Pattern.compile("[1-9].*"));
            String before = read.textContent();
            assertThat(read).not().hasText(before);
            assertThat(page.locator("[role=progressbar]")).hasCount(1);
            visitor.goesTo("now");
            Locator card = page.locator(".running-card").filter(new Locator.FilterOptions().setHasText(run));
            assertThat(card).containsText("Time left");
            card.getByRole(AriaRole.LINK).first().click();
            assertThat(page.locator(".crumbs")).containsText("Execution " + execution);

            visitor.button("Stop …").click();
            assertThat(visitor.dialog()).containsText("can be restarted");
            visitor.confirms("Stop");
            visitor.sees("STOPPED");
            assertThat(page.locator(".story")).containsText("It was stopped after");
            assertThat(visitor.button("Restart …")).isVisible();
        }
    }

    @Test
    void theFormIsMadeFromTheParameterSchema() {
        try (Visitor visitor = visitor(OPERATOR).goesTo("jobs/checked")) {
            Page page = visitor.page();
            assertThat(visitor.decision()).containsText("Fill in what is required");
            Locator day = page.locator("input[name=day]");
            assertThat(day).hasAttribute("type", "date");
            assertThat(day).hasAttribute("aria-required", "true");
            assertThat(page.locator("select[name=region] option"))
                    .hasText(new String[] {"default: north", "north", "south"});
            assertThat(page.locator("input[name=limit]")).hasAttribute("placeholder", "default: 10");

            int number = (int) (System.nanoTime() % 2_900_000);
            String date = LocalDate.of(1900, 1, 1).plusDays(number).toString();
            day.fill(date);
            page.locator("input[name=limit]").fill("none");
            Locator field = page.locator(".field")
                    .filter(new Locator.FilterOptions().setHas(page.locator("input[name=limit]")));
            assertThat(field.locator(".fault")).containsText("none");
            assertThat(page.locator("input[name=limit]")).hasAttribute("aria-invalid", "true");
            assertThat(visitor.button("Launch")).hasAttribute("aria-disabled", "true");

            page.locator("input[name=limit]").fill("7");
            visitor.launches();
            visitor.sees("COMPLETED");
            assertThat(page.locator("reprise-execution")).containsText(date);
        }
    }

    @Test
    void aViewerSeesEverythingAndChangesNothing() {
        long execution;
        try (Visitor operator = visitor(OPERATOR).goesTo("jobs/acceptance")) {
            operator.givesParameter(0, "run", run + "-viewed", true);
            operator.givesParameter(1, "failAt", "1", false);
            execution = operator.launches();
            operator.sees("FAILED");
        }
        try (Visitor visitor = visitor(VIEWER).goesTo("executions/" + execution)) {
            Page page = visitor.page();
            for (String button : List.of("Restart …", "Abandon …", "Show the stack trace")) {
                assertThat(visitor.button(button)).hasAttribute("aria-disabled", "true");
                assertThat(visitor.button(button))
                        .hasAccessibleDescription(Pattern.compile("This needs the role batch-"));
            }
            visitor.button("Restart …").click(new Locator.ClickOptions().setForce(true));
            assertThat(visitor.dialog()).hasCount(0);
            visitor.goesTo("jobs/acceptance");
            assertThat(visitor.button("Launch")).hasAttribute("aria-disabled", "true");
            visitor.goesTo("audit");
            assertThat(page.locator("main")).containsText("This needs the role batch-admin.");
            Object status = page.evaluate(
                    "async id => (await fetch(`api/executions/${id}/restart`, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'})).status",
                    String.valueOf(execution));
            assertThat(status).isEqualTo(403);
        }
    }

    @Test
    void speaksKorean() {
        try (Visitor visitor = visitor(Visitor.usual().setLocale("ko-KR")).logsIn(OPERATOR)) {
            Page page = visitor.page();
            assertThat(visitor.heading()).hasText("현황");
            assertThat(page.locator("html")).hasAttribute("lang", "ko");
            visitor.goesTo("jobs");
            assertThat(visitor.heading()).hasText("잡");

            page.locator(".settings-button").click();
            page.locator("#settings select").first().selectOption("en");
            assertThat(visitor.heading()).hasText("Jobs");
            page.reload();
            assertThat(visitor.heading()).hasText("Jobs");

            Object differing = page.evaluate("""
                    async () => {
                      const { en } = await import('./app/text/en.js');
                      const { ko } = await import('./app/text/ko.js');
                      const kind = (texts, key) => `${typeof texts[key]} ${texts[key]?.length > 0}`;
                      return [...new Set([...Object.keys(en), ...Object.keys(ko)])]
                        .filter((key) => typeof en[key] !== typeof ko[key] || (typeof en[key] === 'function' && ko[key].length > en[key].length));
                    }""");
            assertThat(differing).as("keys that one language lacks").isEqualTo(List.of());
        }
    }

    @Test
    void everythingCanBeDoneWithTheKeyboard() {
        try (Visitor visitor = visitor(OPERATOR)) {
            Page page = visitor.page();
            page.keyboard().press("Tab");
            assertThat(page.locator(":focus")).hasText("Skip to the content");
            page.keyboard().press("Enter");
            assertThat(page.locator("main")).isFocused();

            page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Jobs"))
                    .focus();
            page.keyboard().press("Enter");
            assertThat(visitor.heading()).hasText("Jobs");
            assertThat(page.locator("main")).isFocused();
            tabTo(page, "Launch … slow");
            page.keyboard().press("Enter");
            assertThat(page.locator(".parameter-row input").first()).isFocused();
            page.keyboard().type("run");
            page.keyboard().press("Tab");
            page.keyboard().type(run + "-typed");
            tabTo(page, "Add a parameter");
            page.keyboard().press("Enter");
            tabBackTo(page, page.locator(".parameter-row").nth(1).getByLabel("Name"));
            page.keyboard().type("pauseMillis");
            page.keyboard().press("Tab");
            page.keyboard().type("4");
            assertThat(visitor.decision()).containsText("It would start");
            assertThat(visitor.decision()).hasAttribute("aria-busy", "false");
            tabTo(page, "Launch");
            page.keyboard().press("Enter");
            visitor.sees("STARTED");

            tabTo(page, "Stop …");
            page.keyboard().press("Enter");
            assertThat(visitor.dialog()).isVisible();
            page.keyboard().press("Escape");
            assertThat(visitor.dialog()).hasCount(0);
            assertThat(page.locator(":focus")).hasText("Stop …");
            page.keyboard().press("Enter");
            tabTo(page, "Stop");
            page.keyboard().press("Enter");
            visitor.sees("STOPPED");
        }
    }

    private static void tabTo(Page page, String text) {
        Locator focused = page.locator(":focus");
        for (int i = 0; i < 1000; i++) {
            if (focused.count() == 1
                    && focused.innerText().replaceAll("\\s+", " ").strip().equals(text)) {
                return;
            }
            page.keyboard().press("Tab");
        }
        throw new AssertionError("The keyboard does not reach " + text);
    }

    private static void tabBackTo(Page page, Locator field) {
        for (int i = 0; i < 20; i++) {
            if (Boolean.TRUE.equals(field.evaluate("element => element === document.activeElement"))) {
                return;
            }
            page.keyboard().press("Shift+Tab");
        }
        throw new AssertionError("The keyboard does not reach " + field);
    }

    /** They wait, run, have ended or went on elsewhere; what is not there is said, too. */
    @Test
    void whereThePartitionsOfManyNodesAreIsSeen() {
        try (Visitor visitor = visitor(OPERATOR)) {
            Page page = visitor.page();
            ManyNodesAnswers.given(page);
            visitor.goesTo("executions/" + ManyNodesAnswers.EXECUTION);
            Locator steps = page.locator("reprise-steps-table");
            assertThat(steps.locator(".places li")).hasText(new String[] {
                "node-1 1 running, 2 ended",
                "node-2 1 running, 2 ended",
                "2 waiting for a node",
                "1 waiting for its turn"
            });
            visitor.button("4 of 9 partitions").click();

            IntFunction<Locator> row = number -> steps.locator("tr.partition")
                    .filter(new Locator.FilterOptions()
                            .setHas(page.getByText("partition" + number, new Page.GetByTextOptions().setExact(true))));
            assertThat(row.apply(1)).containsText("node-2");
            assertThat(row.apply(4).locator(".tag"))
                    .hasText(new Pattern[] {Pattern.compile("◆ .* × the median"), Pattern.compile("attempt 2")});
            assertThat(row.apply(4)).containsText("before on node-3");
            assertThat(row.apply(4)).containsText("last commit");
            assertThat(row.apply(6)).containsText("waits for a node");
            assertThat(row.apply(6)).containsText("before on node-3");
            assertThat(row.apply(7).locator(".placement")).hasText("waits for a node");
            assertThat(row.apply(8).locator(".placement")).hasText("waits for its turn");
            assertThat(page.locator("reprise-gantt .straggler .gantt-note").first())
                    .containsText("node-2, attempt 2");

            Locator log = page.locator("reprise-log");
            assertThat(log).containsText("the part of node node-3 is missing");
            assertThat(log).containsText("of node-1, node-2, node-3, by time");
            assertThat(log.locator(".log-line.error")).hasCount(1);
            assertThat(log.getByRole(AriaRole.CHECKBOX).first()).not().isChecked();
        }
        for (ColorScheme theme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            Browser.NewContextOptions options = Visitor.usual().setColorScheme(theme);
            if (theme == ColorScheme.DARK) {
                options.setViewportSize(400, 800);
            }
            try (Visitor visitor = visitor(options).logsIn(OPERATOR)) {
                ManyNodesAnswers.given(visitor.page());
                visitor.goesTo("executions/" + ManyNodesAnswers.EXECUTION);
                visitor.button("4 of 9 partitions").click();
                assertNoFindings(visitor, "partitions of many nodes in " + theme);
                assertThat((Integer) visitor.page().evaluate("document.documentElement.scrollWidth - innerWidth"))
                        .isLessThanOrEqualTo(0);
            }
        }
    }

    /** The answer is made up: on H2 nothing is distributed. */
    @Test
    void aPreviewSaysWhichPartitionsAnyNodeMayRun() {
        String start = "{\"decision\": \"START\", \"message\": \"It would start.\", \"distributed\":"
                + " [{\"step\": \"load\", \"most\": 4}, {\"step\": \"index\"}]}";
        try (Visitor visitor = visitor(OPERATOR)) {
            visitor.page()
                    .route(
                            "**/explain",
                            route -> route.fulfill(new Route.FulfillOptions()
                                    .setContentType("application/json")
                                    .setBody(start)));
            visitor.goesTo("jobs/acceptance");
            assertThat(visitor.decision())
                    .containsText("The partitions of step load run on any node that has room, at most 4 at a time.");
            assertThat(visitor.decision()).containsText("The partitions of step index run on any node that has room.");
        }
    }

    /** In both themes and on a small screen. */
    @Test
    void noScreenHasASeriousFindingOfAxe() {
        List<String> screens;
        try (Visitor visitor = visitor(ADMIN)) {
            screens = screens(visitor, runHostile(visitor));
        }
        for (ColorScheme theme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            Browser.NewContextOptions options = Visitor.usual().setColorScheme(theme);
            if (theme == ColorScheme.DARK) {
                options.setViewportSize(400, 800);
            }
            try (Visitor visitor = visitor(options)) {
                visitor.page().navigate(address().toString());
                assertNoFindings(visitor, "the login in " + theme);
                visitor.fillsInTheLogin(ADMIN.login(), ADMIN.password());
                for (String screen : screens) {
                    visitor.goesTo(screen);
                    assertNoFindings(visitor, screen + " in " + theme);
                    assertThat((Integer) visitor.page().evaluate("document.documentElement.scrollWidth - innerWidth"))
                            .as("how far %s is wider than the window", screen)
                            .isLessThanOrEqualTo(0);
                }
            }
        }
    }

    static void assertNoFindings(Visitor visitor, String where) {
        AxeRunOptions options = new AxeRunOptions();
        options.setResultTypes(List.of("violations"));
        assertThat(new AxeBuilder(visitor.page())
                        .setLegacyMode(true)
                        .options(options)
                        .analyze()
                        .getViolations())
                .filteredOn(rule -> List.of("serious", "critical").contains(rule.getImpact()))
                .as(where)
                .extracting(rule -> rule.getId() + ": "
                        + rule.getNodes().stream()
                                .limit(3)
                                .map(node -> node.getHtml() + " " + node.getFailureSummary())
                                .toList())
                .isEmpty();
    }

    @Test
    void whateverTheDataSaysIsShownAsText() {
        try (Visitor visitor = visitor(ADMIN)) {
            Page page = visitor.page();
            long execution = runHostile(visitor);
            assertThat(page.locator(".story")).containsText("<script>document.title='owned'</script>");
            assertThat(page.locator(".story")).containsText("Show all");
            for (String screen : screens(visitor, execution)) {
                visitor.goesTo(screen);
                assertThat(page).hasTitle(Pattern.compile(".* · Reprise$"));
                assertThat(page.locator("main :is(script, img, iframe, style)")).hasCount(0);
            }
            visitor.goesTo("executions/" + execution);
            Locator value = page.locator("td reprise-long-text")
                    .filter(new Locator.FilterOptions().setHasText(Pattern.compile("^\\s*as long as")))
                    .first();
            value.getByRole(AriaRole.BUTTON).click();
            assertThat(value.locator("bdi")).hasText(LONG);
            assertThat(page.locator("bdi", new Page.LocatorOptions().setHasText(FROM_RIGHT_TO_LEFT))
                            .first())
                    .isVisible();
        }
    }

    /**
     * Makes the pictures in docs/images anew: {@code ./mvnw verify -Dreprise.screenshots=true
     * -Dit.test=ConsoleBrowserIT#makesThePicturesOfTheDocumentation}, alone, so that they show no other test.
     */
    @Test
    @EnabledIfSystemProperty(named = "reprise.screenshots", matches = "true")
    void makesThePicturesOfTheDocumentation() {
        new Screenshots(browser(), address()).make();
    }

    /** A failed execution whose parameters, names and messages are as bad as they may be. */
    private long runHostile(Visitor visitor) {
        visitor.goesTo("jobs/outcome");
        visitor.givesParameter(0, "run", run + HOSTILE, true);
        visitor.givesParameter(1, "<b>name</b> \"of\" שם", FROM_RIGHT_TO_LEFT, true);
        visitor.givesParameter(2, "long", LONG, true);
        visitor.givesParameter(3, "exception", HOSTILE + FROM_RIGHT_TO_LEFT + LONG.substring(0, 2000), false);
        long execution = visitor.launches();
        visitor.sees("FAILED");
        return execution;
    }

    private static List<String> screens(Visitor visitor, long execution) {
        Object instance = visitor.page()
                .evaluate(
                        "async id => (await (await fetch(`api/executions/${id}`)).json()).instanceId",
                        String.valueOf(execution));
        return List.of(
                "now",
                "jobs",
                "jobs/outcome",
                "jobs/checked",
                "instances/" + instance,
                "executions",
                "executions/" + execution,
                "nodes",
                "audit");
    }
}
