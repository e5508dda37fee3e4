package dev.reprise.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.reprise.server.TestUser.ADMIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.reprise.Skip;
import dev.reprise.server.ServerProcess;
import dev.reprise.server.TestWar;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** contract.md §8.8: two applications on two servers and one database; the console of one has buttons for the other's executions. */
@EnabledIfSystemProperty(
        named = "reprise.it.database",
        matches = "postgresql",
        disabledReason = "two servers need a database server")
class OneConsoleIT {

    /** Theirs alone: other tests have an application of the same name on this database. */
    private static final String SCHEMA = "one_console";

    private static final String[] JOBS = {"patient", "acceptance"};

    private static ServerProcess server(String application, String node) {
        return new ServerProcess(
                "one-console-" + node,
                TestWar.withOperator(application, List.of(JOBS)),
                Map.of(),
                List.of(
                        "-Dreprise.schema=" + SCHEMA,
                        "-Dreprise.node=" + node,
                        "-Dreprise.heartbeat=1s",
                        "-Dreprise.lease=10s"));
    }

    @Test
    void eachButtonForWhatIsAnothersWorksOrIsNotThere() throws Exception {
        Optional<Path> executable = Chromium.find();
        Skip.unless(executable.isPresent(), "the console of two applications: there is no Chromium on the path");
        try (ServerProcess office = server("office", "a");
                ServerProcess shop = server("shop", "b");
                Chromium chromium = Chromium.start(executable.get())) {
            office.start();
            shop.start();
            long waits = shop.launch(Map.of("job", "patient", "run", "1", "-millis", "600000"))
                    .executionId();
            long failed = shop.launch(Map.of("job", "acceptance", "run", "1", "-failAt", "2501", "wait", "60"))
                    .executionId();

            try (Visitor visitor = new Visitor(chromium.browser(), office.uri("/"), Visitor.usual()).logsIn(ADMIN)) {
                visitor.goesTo("now");
                assertThat(visitor.page().locator(".running-card").first()).containsText("Application shop");
                stopsRestartsAndAbandons(visitor, waits);
                seesTheLogAndRestartsWithOtherParameters(visitor, failed);

                failed = shop.launch(Map.of("job", "acceptance", "run", "2", "-failAt", "2501", "wait", "60"))
                        .executionId();
                shop.stop();
                offersNothingThatNobodyCanDo(visitor, office, failed);

                shop.start();
                visitor.page().reload();
                restarts(visitor, failed, "0");
                visitor.sees("COMPLETED");
            }
            assertThat(office.rows("select distinct APPLICATION, CALLER, ACTION, OUTCOME from " + SCHEMA
                            + ".REPRISE_AUDIT where CALLER = '" + ADMIN.login() + "' order by 1, 3, 4"))
                    .containsExactly(
                            List.of("office", ADMIN.login(), "abandon", "done"),
                            List.of("office", ADMIN.login(), "restart", "done"),
                            List.of("office", ADMIN.login(), "restart", "refused"),
                            List.of("office", ADMIN.login(), "stop", "done"),
                            List.of("shop", ADMIN.login(), "abandon", "done"),
                            List.of("shop", ADMIN.login(), "restart", "done"),
                            List.of("shop", ADMIN.login(), "stop", "done"));
            // Who has read an answer removes it with the next look.
            await().untilAsserted(() -> assertThat(office.rows("select count(*) from " + SCHEMA + ".REPRISE_REQUEST"))
                    .containsExactly(List.of("0")));
        }
    }

    private static void stopsRestartsAndAbandons(Visitor visitor, long waits) {
        Page page = visitor.page();
        visitor.goesTo("executions/" + waits);
        visitor.sees("STARTED");
        assertThat(page.locator("dl.facts dt:text-is('Application') + dd")).hasText("shop");
        assertThat(visitor.button("Read again")).isVisible();
        assertThat(page.getByText("Follow", new Page.GetByTextOptions().setExact(true)))
                .hasCount(0);

        visitor.button("Stop …").click();
        assertThat(visitor.dialog()).containsText("One of its nodes is asked");
        visitor.confirms("Stop");
        visitor.sees("STOPPED");

        restarts(visitor, waits, null);
        long restarted = visitor.execution();
        visitor.sees("STARTED");
        visitor.button("Stop …").click();
        visitor.confirms("Stop");
        visitor.sees("STOPPED");

        visitor.button("Abandon …").click();
        visitor.confirms("Abandon");
        visitor.sees("ABANDONED");
        assertThat(restarted).isGreaterThan(waits);
    }

    private static void seesTheLogAndRestartsWithOtherParameters(Visitor visitor, long failed) {
        visitor.goesTo("executions/" + failed);
        visitor.sees("FAILED");
        assertThat(visitor.page().locator("reprise-log .log-lines")).containsText("item 2501 is poisoned");
        restarts(visitor, failed, "0");
        visitor.sees("COMPLETED");
        visitor.goesTo("instances/" + instance(visitor));
        assertThat(visitor.page().locator("main")).containsText("Application shop decides that when it is asked.");
    }

    private static String instance(Visitor visitor) {
        return visitor.page().locator(".crumbs a").last().getAttribute("href").replaceFirst(".*/", "");
    }

    private static void offersNothingThatNobodyCanDo(Visitor visitor, ServerProcess office, long failed)
            throws IOException, InterruptedException {
        // A console asks at most every two seconds who is alive, and a page says what it was told when it was opened.
        visitor.goesTo("executions/" + failed);
        await().pollInSameThread().until(() -> {
            visitor.page().reload();
            visitor.sees("FAILED");
            return visitor.page()
                    .locator("reprise-actions")
                    .first()
                    .innerText()
                    .contains("It belongs to application 'shop', and no node of it is alive");
        });
        assertThat(visitor.button("Restart …")).hasCount(0);
        assertThat(visitor.button("Abandon …")).isVisible();
        assertThat(visitor.page().locator("reprise-log")).containsText("The log is on node b, which cannot be asked");

        HttpResponse<String> refused = HttpClient.newHttpClient()
                .send(
                        ADMIN.sends(HttpRequest.newBuilder(office.uri("/api/executions/" + failed + "/restart"))
                                        .header("Content-Type", "application/json")
                                        .POST(HttpRequest.BodyPublishers.ofString("{}")))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        assertThat(refused.body()).contains("belongs to application 'shop', and no node of it is alive");
    }

    private static void restarts(Visitor visitor, long execution, @Nullable String failAt) {
        visitor.button("Restart …").click();
        Locator dialog = visitor.dialog();
        assertThat(dialog).containsText("One of its nodes is asked");
        assertThat(dialog.getByText("Add a parameter")).hasCount(0);
        if (failAt != null) {
            dialog.getByLabel("failAt").fill(failAt);
        }
        visitor.confirms("Restart");
        visitor.page().waitForURL(Pattern.compile(".*#/executions/(?!" + execution + "$)\\d+$"));
    }
}
