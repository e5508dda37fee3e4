package dev.reprise.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.reprise.Skip;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The console after a night in which much happened, in a real Chromium; the answers of the API are made up. */
class ConsoleOfANightIT {

    private static @Nullable Chromium chromium;

    private MadeUpServer server;

    @BeforeAll
    static void startChromium() {
        Optional<Path> executable = Chromium.find();
        Skip.unless(
                executable.isPresent(),
                "the tests of the console: there is no Chromium on the path, and the environment variable CHROMIUM"
                        + " names none.");
        chromium = Chromium.start(executable.get());
    }

    @AfterAll
    static void stopChromium() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void startServer() throws IOException {
        server = new MadeUpServer()
                .answers("now", Night.now(false))
                .answersTo("executions", Night::page)
                .answersTo("jobs", Night::jobs)
                .answers("executions/19999", Night.detail(19_999));
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    private static Browser browser() {
        if (chromium == null) {
            throw new IllegalStateException("Chromium has not been started");
        }
        return chromium.browser();
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

    /** In both languages and themes, on small and large screens. */
    @Test
    void noScreenHasASeriousFindingOrIsWiderThanTheWindow() {
        for (ColorScheme theme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (String locale : List.of("en-US", "ko-KR")) {
                for (int width : new int[] {1280, 400}) {
                    Browser.NewContextOptions options = Visitor.usual()
                            .setLocale(locale)
                            .setColorScheme(theme)
                            .setViewportSize(width, 900);
                    try (Visitor visitor = new Visitor(browser(), server.address(), options)) {
                        visitor.page().navigate(server.address().toString());
                        for (String screen : List.of("now", "jobs", "executions", "executions/19999")) {
                            visitor.goesTo(screen);
                            if ((theme == ColorScheme.LIGHT) == (width > 400)
                                    && locale.startsWith("ko") == (width == 400)) {
                                ConsoleScenarios.assertNoFindings(visitor, screen + " in " + theme + ", " + locale);
                            }
                            assertThat((Integer) visitor.page()
                                            .evaluate("document.documentElement.scrollWidth - innerWidth"))
                                    .as("how far %s is wider than the window of %d in %s", screen, width, locale)
                                    .isLessThanOrEqualTo(0);
                        }
                    }
                }
            }
        }
    }
}
