package dev.reprise.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reprise.Patience;
import dev.reprise.server.TestUser;
import dev.reprise.server.TestWar;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Schedules on a server: one that runs every minute, one that cannot be used; each answer is as it is described. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class SchedulesIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final OpenApi DESCRIPTION = OpenApi.read();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @ArquillianResource
    private URL url;

    @Deployment(testable = false)
    static WebArchive war() {
        return TestWar.withTestJobs()
                .addAsWebInfResource(new StringAsset("""
                                {"cron": "* * * * *", "zone": "UTC", "parameter": "minute",
                                 "format": "uuuu-MM-dd'T'HH:mm", "catchUp": "all"}"""), "classes/META-INF/batch-jobs/outcome.schedule.json")
                .addAsWebInfResource(
                        new StringAsset("{\"cron\": \"never\"}"), "classes/META-INF/batch-jobs/short.schedule.json");
    }

    private JsonNode send(HttpRequest.Builder request, TestUser user, int status, String schema) throws Exception {
        HttpResponse<String> answer =
                CLIENT.send(user.sends(request.timeout(Patience.GUARD)).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(DESCRIPTION.faults(schema, answer.body())).as(answer.body()).isEmpty();
        return JSON.readTree(answer.body());
    }

    private JsonNode get(String path, int status, String schema) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url + "api" + path)).GET(), TestUser.VIEWER, status, schema);
    }

    private JsonNode post(TestUser user, String path, String body, int status, String schema) throws Exception {
        return send(
                HttpRequest.newBuilder(URI.create(url + "api" + path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)),
                user,
                status,
                schema);
    }

    private JsonNode post(String path, String body, int status, String schema) throws Exception {
        return post(TestUser.OPERATOR, path, body, status, schema);
    }

    @Test
    void fireByThemselvesAndDoAsTheyAreTold() throws Exception {
        await().timeout(Patience.GUARD)
                .until(() -> get("/schedules", 200, "SchedulePage").toString().contains("\"next\""));
        JsonNode broken = get("/schedules/short", 200, "Schedule");
        assertThat(broken.get("faults").toString())
                .contains("META-INF/batch-jobs/short.schedule.json:1:", "five: minute, hour");
        post("/jobs/short/executions", "{\"parameters\": {\"by\": \"hand\"}}", 201, "Execution");
        post("/schedules/short/pause", "{}", 404, "Problem");

        LocalDateTime next = LocalDateTime.parse(get("/schedules/outcome/explain?limit=1", 200, "Outlook")
                .at("/coming/0/nominal")
                .asText());
        await().timeout(Patience.GUARD)
                .until(() -> get("/schedules/outcome/ticks", 200, "TickPage")
                        .at("/items/0/state")
                        .asText()
                        .equals("COMPLETED"));
        assertThat(get("/schedules/outcome", 200, "Schedule")
                        .at("/last/nominal")
                        .asText())
                .isGreaterThanOrEqualTo(next.toString());

        post(TestUser.VIEWER, "/schedules/outcome/pause", "{}", 403, "Problem");
        post("/schedules/outcome/pause", "{\"why\": \"a test\"}", 200, "Schedule");
        post("/schedules/outcome/pause", "{}", 409, "Problem");
        String past = next.truncatedTo(ChronoUnit.HOURS).minusDays(1).toString();
        JsonNode run = post("/schedules/outcome/run", "{\"tick\": \"" + past + "\"}", 201, "Execution");
        assertThat(run.get("job").asText()).isEqualTo("outcome");
        post("/schedules/outcome/run", "{\"tick\": \"yesterday\"}", 400, "Problem");
        String far = next.plusDays(1).toString();
        assertThat(post("/schedules/outcome/skip", "{\"tick\": \"" + far + "\"}", 200, "Tick")
                        .get("state")
                        .asText())
                .isEqualTo("SKIPPED");
        String range = "{\"from\": \"" + past + "\", \"to\": \"" + past + "\"";
        assertThat(post("/schedules/outcome/backfill", range + "}", 200, "BackfillPlan")
                        .at("/items/0/act")
                        .asText())
                .isEqualTo("leave");
        post("/schedules/outcome/backfill", range + ", \"what\": \"most\"}", 400, "Problem");
        post("/schedules/outcome/resume", "{}", 200, "Schedule");
    }
}
