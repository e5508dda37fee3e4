package dev.reprise.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reprise.Patience;
import dev.reprise.server.RawHttp;
import dev.reprise.server.TestUser;
import dev.reprise.server.TestWar;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URL;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The REST API with a real HTTP client: every operation, every refusal, every role; each answer is as it is described. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class ApiIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final OpenApi DESCRIPTION = OpenApi.read();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @ArquillianResource
    private URL url;

    @Deployment(testable = false)
    static WebArchive war() {
        return TestWar.withTestJobs();
    }

    /** An answer: its status, type and text. */
    private record Answer(
            int status,
            String type,
            @Nullable String location,
            @Nullable String tag,
            String text) {

        JsonNode json() {
            try {
                return JSON.readTree(text);
            } catch (IOException e) {
                throw new UncheckedIOException(text, e);
            }
        }

        long id() {
            return json().get("id").asLong();
        }

        Answer is(int expected) {
            assertThat(status).as(text).isEqualTo(expected);
            return this;
        }

        /** With that status, and of that type of the description. */
        Answer is(int expected, String schema) {
            is(expected);
            assertThat(DESCRIPTION.faults(schema, text)).as(text).isEmpty();
            assertThat(type).isEqualTo("application/json;charset=UTF-8");
            return this;
        }

        /** A problem with that URN, which says nothing of our insides. */
        Answer isProblem(int expected, String urn) {
            is(expected);
            assertThat(type).isEqualTo("application/problem+json;charset=UTF-8");
            assertThat(DESCRIPTION.faults("Problem", text)).as(text).isEmpty();
            assertThat(json().get("type").asText()).isEqualTo("urn:reprise:" + urn);
            assertThat(json().get("status").asInt()).isEqualTo(expected);
            assertThat(text).doesNotContain("Exception", "\tat ", "select ", "BATCH_");
            return this;
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + "api" + path)).timeout(Patience.GUARD);
    }

    private static Answer send(HttpRequest request) {
        try {
            HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    response.headers().firstValue("Content-Type").orElse(""),
                    response.headers().firstValue("Location").orElse(null),
                    response.headers().firstValue("ETag").orElse(null),
                    response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Answer get(TestUser user, String path) {
        return send(user.sends(request(path)).GET().build());
    }

    private Answer get(String path) {
        return get(TestUser.VIEWER, path);
    }

    private Answer post(TestUser user, String path, String body) {
        return send(user.sends(request(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private Answer post(String path, String body) {
        return post(TestUser.OPERATOR, path, body);
    }

    private Answer launch(String job, String parameters, String more) {
        return post("/jobs/" + job + "/executions", "{\"parameters\": {" + parameters + "}" + more + "}");
    }

    private static String unique(String what) {
        return what + "-" + UUID.randomUUID();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private void stop(long execution) {
        post("/executions/" + execution + "/stop", "{}");
        await().until(() -> !get("/executions/" + execution).json().get("live").asBoolean());
    }

    // ---- What is there

    /** The message of an exception may quote what only operators may read. */
    @Test
    void viewersSeeOfAnExceptionItsClassAlone() throws Exception {
        String run = unique("api");
        HttpResponse<InputStream> stream = CLIENT.send(
                TestUser.VIEWER
                        .sends(request("/events"))
                        .header("Accept", "text/event-stream")
                        .GET()
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        long id = launch(
                        "acceptance",
                        "\"run\": \"" + run + "\"",
                        ", \"nonIdentifying\": {\"failAt\": \"2501\"}, \"wait\": 60")
                .is(201, "Execution")
                .id();
        long instance = get("/executions/" + id).json().get("instanceId").asLong();
        List<String> paths = List.of(
                "/executions/" + id,
                "/executions?job=acceptance",
                "/instances/" + instance,
                "/jobs/acceptance/grid",
                "/now");

        for (String path : paths) {
            assertThat(get(TestUser.VIEWER, path).is(200).text())
                    .as(path)
                    .contains("java.lang.IllegalStateException\"")
                    .doesNotContain("is poisoned");
            assertThat(get(TestUser.OPERATOR, path).is(200).text()).as(path).contains("item 2501 is poisoned");
        }
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        read(stream, lines);
        String event = next(lines, "data: ");
        while (event != null && !(event.contains("\"id\":" + id + ",") && event.contains("\"failure\":"))) {
            event = next(lines, "data: ");
        }
        assertThat(event).contains("java.lang.IllegalStateException\"").doesNotContain("is poisoned");
        stream.body().close();
    }

    @Test
    void theDocumentsExample() {
        String run = unique("api");
        Answer first = launch(
                        "acceptance",
                        "\"run\": \"" + run + "\"",
                        ", \"nonIdentifying\": {\"failAt\": \"2501\"}, \"wait\": 60")
                .is(201, "Execution");
        assertThat(first.json().get("status").asText()).isEqualTo("FAILED");
        assertThat(first.json().get("failure").asText()).contains("item 2501 is poisoned");
        assertThat(first.json().get("submitter").asText()).isEqualTo(TestUser.OPERATOR.login());
        assertThat(first.location()).endsWith("/api/executions/" + first.id());

        JsonNode failed =
                get("/executions/" + first.id()).is(200, "ExecutionDetail").json();
        assertThat(failed.get("attempt").asInt()).isEqualTo(1);
        assertThat(failed.get("attempts").get("committed").asLong()).isEqualTo(4000);
        JsonNode step2 = failed.get("steps").get(1);
        assertThat(step2.get("counts").get("read").asLong()).isEqualTo(2500);
        assertThat(step2.get("counts").get("written").asLong()).isEqualTo(2000);
        assertThat(step2.get("counts").get("commits").asLong()).isEqualTo(2);
        assertThat(failed.get("passages").get("step1").asText()).isEqualTo("COMPLETED");
        assertThat(failed.get("passages").get("step2").asText()).isEqualTo("FAILED");
        assertThat(failed.get("actions").get("restart").asBoolean()).isTrue();
        assertThat(get(TestUser.OPERATOR, "/executions/" + first.id() + "/steps/" + step2.get("id") + "/stacktrace")
                        .is(200)
                        .text())
                .startsWith(
                        "item reader numberReader (readItem) of step step2: java.lang.IllegalStateException: item 2501 is poisoned")
                .contains("\tat ");

        JsonNode instance = get("/instances/" + failed.get("instanceId"))
                .is(200, "InstanceDetail")
                .json();
        JsonNode plan = instance.get("launch");
        assertThat(plan.get("decision").asText()).isEqualTo("RESTART");
        assertThat(plan.get("steps").get(0).get("fate").asText()).isEqualTo("SKIP");
        assertThat(plan.get("steps").get(1).get("fate").asText()).isEqualTo("RESUME");
        assertThat(plan.get("steps").get(1).get("commits").asLong()).isEqualTo(2);
        assertThat(plan.get("steps").get(1).get("reach").asText()).isEqualTo("WILL");
        assertThat(plan.get("parameters").findValuesAsText("source")).containsOnly("CARRIED");
        assertThat(get(TestUser.OPERATOR, "/executions/" + first.id() + "/definition")
                        .is(200)
                        .text())
                .contains("<step id=\"step2\"", "r:line=");
        assertThat(get("/now").is(200, "Now").json().get("attention").findValuesAsText("kind"))
                .contains("failed", "broken");

        Answer second = post(
                        "/executions/" + first.id() + "/restart",
                        "{\"nonIdentifying\": {\"failAt\": \"0\"}, \"wait\": 60}")
                .is(201, "Execution");
        assertThat(second.json().get("status").asText()).isEqualTo("COMPLETED");
        JsonNode completed =
                get("/executions/" + second.id()).is(200, "ExecutionDetail").json();
        assertThat(completed.get("previous").asLong()).isEqualTo(first.id());
        assertThat(completed.get("passages").get("step1").asText()).isEqualTo("SKIPPED");
        assertThat(completed.get("allParameters").toString())
                .contains("\"name\":\"failAt\",\"value\":\"0\"", "\"previous\":\"2501\",\"change\":\"changed\"");

        Answer third = launch("acceptance", "\"run\": \"" + run + "\"", "").isProblem(409, "refusal:already-complete");
        assertThat(third.json().get("executionId").asLong()).isEqualTo(second.id());
        assertThat(third.json().get("jobInstanceId")).isEqualTo(failed.get("instanceId"));
    }

    @Test
    void executionsAreFoundByAPartOfTheirJobsName() {
        launch("acceptance", "\"run\": \"" + unique("part") + "\"", "");

        JsonNode found = get("/executions?jobContains=CCEPT&limit=1")
                .is(200, "ExecutionPage")
                .json();
        assertThat(found.get("jobs").toString()).isEqualTo("[\"acceptance\"]");
        assertThat(found.get("items")).hasSize(1);
        assertThat(get("/executions?nodeContains=no-such-node")
                        .is(200, "ExecutionPage")
                        .json()
                        .get("items"))
                .isEmpty();
        get("/executions?job=acceptance&jobContains=a").isProblem(400, "bad-request");
    }

    @Test
    void jobsAndTheirPages() {
        JsonNode first = get("/jobs?limit=3").is(200, "JobPage").json();
        assertThat(first.get("items")).hasSize(3);
        JsonNode second = get("/jobs?limit=3&after=" + encoded(first.get("next").asText()))
                .is(200, "JobPage")
                .json();
        assertThat(second.get("items").get(0).get("name").asText())
                .isGreaterThan(first.get("items").get(2).get("name").asText());

        Answer job = get("/jobs/checked").is(200, "Job");
        assertThat(job.json().get("schema").get("required").toString()).isEqualTo("[\"day\"]");
        assertThat(get("/jobs/two-flows").is(200, "Job").json().get("graph")).hasSize(6);
        assertThat(get("/jobs/broken").is(200, "Job").json().get("findings")).isNotEmpty();
        String tag = String.valueOf(job.tag());
        assertThat(send(TestUser.VIEWER
                                .sends(request("/jobs/checked"))
                                .header("If-None-Match", tag)
                                .build())
                        .status())
                .isEqualTo(304);
        get("/jobs/nothing").isProblem(404, "no-such-job");
        get("/jobs/nothing/grid").isProblem(404, "no-such-job");
        get("/jobs/nothing/instances").isProblem(404, "no-such-job");
    }

    @Test
    void executionsAreFoundPageByPage() {
        List<Long> launched = new ArrayList<>();
        String name = unique("found");
        Instant before = Instant.parse(launch("outcome", "\"name\": \"" + name + "-0\"", ", \"wait\": 60")
                .is(201)
                .json()
                .get("created")
                .asText());
        for (int i = 1; i <= 3; i++) {
            launched.add(
                    0,
                    launch("outcome", "\"name\": \"" + name + "-" + i + "\"", ", \"wait\": 60")
                            .is(201)
                            .id());
        }

        JsonNode page = get("/executions?job=outcome&status=COMPLETED&limit=2&since=" + before)
                .is(200, "ExecutionPage")
                .json();
        assertThat(ids(page)).isEqualTo(launched.subList(0, 2));
        JsonNode next = get("/executions?job=outcome&status=COMPLETED&limit=2&after="
                        + page.get("next").asText())
                .is(200, "ExecutionPage")
                .json();
        assertThat(ids(next).get(0)).isEqualTo(launched.get(2));
        assertThat(ids(get("/executions?job=outcome&status=FAILED,STOPPED&since=" + before)
                        .is(200, "ExecutionPage")
                        .json()))
                .doesNotContainAnyElementsOf(launched);
        assertThat(ids(get("/executions?node=nobody").is(200).json())).isEmpty();
        JsonNode grid = get("/jobs/outcome/grid?limit=2").is(200, "Grid").json();
        assertThat(grid.get("steps").toString()).isEqualTo("[\"only\"]");
        assertThat(grid.get("executions")
                        .get(0)
                        .get("steps")
                        .get("only")
                        .get("status")
                        .asText())
                .isEqualTo("COMPLETED");
        JsonNode instances =
                get("/jobs/outcome/instances?limit=2").is(200, "InstancePage").json();
        assertThat(instances.get("items").get(0).get("last").get("id").asLong()).isEqualTo(launched.get(0));
        assertThat(get("/jobs/outcome/instances?limit=2&after="
                                + instances.get("next").asText())
                        .is(200, "InstancePage")
                        .json()
                        .get("items")
                        .get(0)
                        .get("last")
                        .get("id")
                        .asLong())
                .isEqualTo(launched.get(2));
    }

    private static List<Long> ids(JsonNode page) {
        List<Long> ids = new ArrayList<>();
        page.get("items").forEach(item -> ids.add(item.get("id").asLong()));
        return ids;
    }

    @Test
    void partitionsAndProgressOfWhatRuns() {
        long id = launch(
                        "ranges",
                        "\"run\": \"" + unique("r") + "\"",
                        ", \"nonIdentifying\": {\"count\": \"1000000\", \"pauseMillis\": \"50\"}")
                .is(201, "Execution")
                .id();
        await().until(() ->
                get("/executions/" + id).json().at("/steps/0/partitions").size() == 4);
        await().until(() ->
                get("/executions/" + id).json().at("/progress/items").asLong() > 0);
        JsonNode running = get("/executions/" + id).is(200, "ExecutionDetail").json();
        assertThat(running.at("/progress/total").asLong()).isEqualTo(4);
        assertThat(running.at("/progress/unit").asText()).isEqualTo("partitions of step work");
        assertThat(running.get("actions").get("stop").asBoolean()).isTrue();
        assertThat(ids(get("/executions?status=RUNNING")
                        .is(200, "ExecutionPage")
                        .json()))
                .contains(id);
        // Dead nodes of other tests may be in the same database.
        JsonNode nodes = get("/nodes").is(200, "NodePage").json().get("items");
        assertThat(nodes)
                .filteredOn(node -> node.get("self").asBoolean())
                .singleElement()
                .satisfies(node -> assertThat(node.get("running").asInt()).isPositive());

        stop(id);
        assertThat(get("/executions/" + id).json().get("status").asText()).isEqualTo("STOPPED");
    }

    // ---- Refusals

    @Test
    void everyRefusalIsAProblemOfItsOwn() {
        launch("nothing", "", "").isProblem(404, "refusal:no-such-job");
        launch("broken", "", "").isProblem(409, "refusal:invalid-job");
        Answer faulty = launch("checked", "\"region\": \"east\", \"limit\": \"x\"", "")
                .isProblem(422, "refusal:invalid-parameters");
        assertThat(faulty.json().get("faults")).hasSize(3);
        assertThat(faulty.json().get("faults").findValuesAsText("parameter"))
                .containsExactlyInAnyOrder("day", "limit", "region");

        String gate = "\"name\": \"" + unique("gate") + "\"";
        Answer running = launch("gate", gate, "").is(201);
        Answer refused = launch("gate", gate, "").isProblem(409, "refusal:already-running");
        assertThat(refused.json().get("executionId").asLong()).isEqualTo(running.id());
        assertThat(refused.json().has("node")).isTrue();
        post(TestUser.ADMIN, "/executions/" + running.id() + "/abandon", "{}").isProblem(409, "running");
        launch("gate", "\"name\": \"" + unique("gate") + "\"", ", \"wait\": 1").is(202, "Execution");

        stop(running.id());
        post("/executions/" + running.id() + "/stop", "{}").isProblem(409, "not-running");
        post(TestUser.ADMIN, "/executions/" + running.id() + "/abandon", "{}").is(200, "Execution");
        launch("gate", gate, "").isProblem(409, "refusal:abandoned");

        String run = "\"run\": \"" + unique("n") + "\"";
        Answer failed = launch("not-restartable", run, ", \"nonIdentifying\": {\"failAt\": \"20\"}, \"wait\": 60")
                .is(201);
        assertThat(failed.json().get("status").asText()).isEqualTo("FAILED");
        launch("not-restartable", run, "").isProblem(409, "refusal:not-restartable");
        post("/executions/" + failed.id() + "/restart", "{}").isProblem(409, "refusal:not-restartable");

        String twice = "\"run\": \"" + unique("t") + "\"";
        Answer first = launch("acceptance", twice, ", \"nonIdentifying\": {\"failAt\": \"10\"}, \"wait\": 60")
                .is(201);
        Answer second = post(
                        "/executions/" + first.id() + "/restart",
                        "{\"nonIdentifying\": {\"failAt\": \"20\"}, \"wait\": 60}")
                .is(201);
        assertThat(second.json().get("status").asText()).isEqualTo("FAILED");
        post("/executions/" + first.id() + "/restart", "{}").isProblem(409, "refusal:not-the-last");
        post("/executions/" + second.id() + "/restart", "{\"startAnew\": [\"step1\"]}")
                .isProblem(422, "refusal:invalid-parameters");
        Answer last = post(
                        "/executions/" + second.id() + "/restart",
                        "{\"nonIdentifying\": {\"failAt\": \"0\"}, \"wait\": 60}")
                .is(201);
        post("/executions/" + last.id() + "/restart", "{}").isProblem(409, "refusal:already-complete");
    }

    @Test
    void explainsWithoutActing() {
        String parameters = "{\"parameters\": {\"name\": \"" + unique("e") + "\"}}";
        assertThat(post(TestUser.VIEWER, "/jobs/outcome/explain", parameters)
                        .is(200, "Decision")
                        .json()
                        .get("decision")
                        .asText())
                .isEqualTo("START");
        post("/jobs/outcome/executions", parameters.replace("}}", "}, \"wait\": 60}"))
                .is(201);
        JsonNode refusal =
                post("/jobs/outcome/explain", parameters).is(200, "Decision").json();
        assertThat(refusal.get("decision").asText()).isEqualTo("REFUSE");
        assertThat(refusal.get("refusal").asText()).isEqualTo("ALREADY_COMPLETE");
        assertThat(post("/jobs/checked/explain", "{}")
                        .is(200, "Decision")
                        .json()
                        .get("faults"))
                .hasSize(1);
        post("/jobs/nothing/explain", "{}").isProblem(404, "no-such-job");
    }

    // ---- Roles

    /** What an administrator gets; the others get it, or 403. */
    private record Call(String method, String path, String body, int status, TestUser least) {}

    @Test
    void everyRoleMayWhatItMay() {
        String gate = unique("roles");
        long running = launch("gate", "\"name\": \"" + gate + "\"", "").is(201).id();
        long failed = launch(
                        "acceptance",
                        "\"run\": \"" + unique("roles") + "\"",
                        ", \"nonIdentifying\": {\"failAt\": \"10\"}, \"wait\": 60")
                .is(201)
                .id();
        JsonNode detail = get("/executions/" + failed).json();
        List<Call> calls = List.of(
                new Call("GET", "/me", "", 200, TestUser.VIEWER),
                new Call("GET", "/now", "", 200, TestUser.VIEWER),
                new Call("GET", "/jobs", "", 200, TestUser.VIEWER),
                new Call("GET", "/jobs/gate", "", 200, TestUser.VIEWER),
                new Call("GET", "/jobs/gate/grid", "", 200, TestUser.VIEWER),
                new Call("GET", "/jobs/gate/instances", "", 200, TestUser.VIEWER),
                new Call("POST", "/jobs/gate/explain", "{}", 200, TestUser.VIEWER),
                new Call("GET", "/instances/" + detail.get("instanceId"), "", 200, TestUser.VIEWER),
                new Call("GET", "/executions", "", 200, TestUser.VIEWER),
                new Call("GET", "/executions/" + failed, "", 200, TestUser.VIEWER),
                new Call("GET", "/executions/" + failed + "/definition", "", 200, TestUser.OPERATOR),
                new Call("GET", "/nodes", "", 200, TestUser.VIEWER),
                new Call("GET", "/openapi.yaml", "", 200, TestUser.VIEWER),
                new Call(
                        "GET",
                        "/executions/" + failed + "/steps/" + detail.at("/steps/1/id") + "/stacktrace",
                        "",
                        200,
                        TestUser.OPERATOR),
                new Call(
                        "POST",
                        "/jobs/gate/executions",
                        "{\"parameters\": {\"name\": \"" + gate + "\"}}",
                        409,
                        TestUser.OPERATOR),
                new Call("POST", "/executions/" + running + "/restart", "{}", 409, TestUser.OPERATOR),
                new Call("POST", "/executions/" + failed + "/stop", "{}", 409, TestUser.OPERATOR),
                new Call("POST", "/executions/" + running + "/abandon", "{}", 409, TestUser.ADMIN),
                new Call("GET", "/audit", "", 200, TestUser.ADMIN));
        for (Call call : calls) {
            HttpRequest.Builder request = request(call.path())
                    .header("Content-Type", "application/json")
                    .method(
                            call.method(),
                            call.body().isEmpty()
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofString(call.body()));
            for (TestUser user : List.of(TestUser.VIEWER, TestUser.OPERATOR, TestUser.ADMIN, TestUser.NOBODY)) {
                boolean may = user != TestUser.NOBODY && user.compareTo(call.least()) >= 0;
                Answer answer = send(user.sends(request.copy()).build());
                assertThat(answer.status())
                        .as("%s %s as %s: %s", call.method(), call.path(), user, answer.text())
                        .isEqualTo(may ? call.status() : 403);
                if (!may) {
                    answer.isProblem(403, "denied");
                }
            }
            assertThat(send(request.copy().build()).status())
                    .as("%s %s without login", call.method(), call.path())
                    .isEqualTo(401);
        }
        stop(running);
    }

    @Test
    void whoDidWhatIsOnRecordAlsoWhatWasRefused() {
        String gate = unique("audit");
        String body = "{\"parameters\": {\"name\": \"" + gate + "\"}}";
        long id = post("/jobs/gate/executions", body).is(201).id();
        post("/jobs/gate/executions", body).is(409);
        post(TestUser.VIEWER, "/executions/" + id + "/stop", "{}").is(403);
        post("/executions/" + id + "/stop", "{}").is(202, "Execution");
        stop(id);

        JsonNode entries = get(TestUser.ADMIN, "/audit?execution=" + id)
                .is(200, "AuditPage")
                .json()
                .get("items");
        List<String> seen = new ArrayList<>();
        entries.forEach(entry -> seen.add(entry.get("user").asText() + " "
                + entry.get("action").asText() + " " + entry.get("outcome").asText()));
        assertThat(seen)
                .containsSubsequence(
                        "test-operator stop done",
                        "test-viewer stop denied",
                        "test-operator launch refused",
                        "test-operator launch done");
        assertThat(entries.findValuesAsText("address")).contains("127.0.0.1");
        assertThat(get(TestUser.ADMIN, "/audit?user=test-viewer&limit=1")
                        .is(200, "AuditPage")
                        .json()
                        .get("items"))
                .hasSize(1);
    }

    // ---- What is wrong with a request

    @Test
    void whatIsWrongIsSaid() {
        String launch = "/jobs/outcome/executions";
        for (String body : List.of(
                "{",
                "[]",
                "null",
                "7",
                "{\"parameters\": {\"name\": 7}}",
                "{\"parameters\": {\"name\": true}}",
                "{\"parameters\": {\"name\": null}}",
                "{\"parameters\": {\"name\": {}}}",
                "{\"parameters\": \"x\"}",
                "{\"wait\": \"60\"}",
                "{\"wait\": -1}",
                "{\"wait\": 1.5}",
                "{\"wait\": 99999}",
                "{\"parmeters\": {}}",
                "{\"parameters\": {\"a\": \"1\", \"a\": \"2\"}}",
                "{} {}",
                "{\"parameters\": {\"a\": \"1\"}, \"nonIdentifying\": {\"a\": \"2\"}}",
                "{\"parameters\": {\"-a\": \"1\"}}",
                "{\"parameters\": {\"reprise.dispatch\": \"true\"}}",
                "{\"dispatch\": \"true\"}",
                "{\"parameters\": {\"jberet.restart.mode\": \"force\"}}")) {
            post(launch, body).isProblem(400, "bad-request");
        }
        assertThat(post(launch, "{\"parmeters\": {}}").json().get("detail").asText())
                .contains(
                        "parmeters", "[acceptDefinition, dispatch, next, nonIdentifying, parameters, startAnew, wait]");
        post(launch, "{\"parameters\": {\"name\": \"" + "x".repeat(1 << 20) + "\"}}")
                .isProblem(413, "too-large");
        post(launch, "{\"parameters\": {\"name\": \"" + "x".repeat(5000) + "\"}}")
                .isProblem(422, "refusal:invalid-parameters");
        Answer form = send(TestUser.OPERATOR
                .sends(request(launch))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("parameters=x"))
                .build());
        form.isProblem(415, "http");
        Answer none = send(TestUser.OPERATOR
                .sends(request("/executions/1/stop"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build());
        assertThat(none.status()).as(none.text()).isEqualTo(415);
        for (String path : List.of(
                "/executions?limit=0",
                "/executions?limit=many",
                "/executions?limit=1000",
                "/executions?after=x",
                "/executions?status=DONE",
                "/executions?since=yesterday",
                "/executions?stauts=FAILED",
                "/executions?job=a&job=b",
                "/nodes?x=1")) {
            get(path).isProblem(400, "bad-request");
        }
        get("/executions/999999999").isProblem(404, "no-such-execution");
        get("/executions/abc").isProblem(404, "no-such-execution");
        get("/instances/999999999").isProblem(404, "no-such-instance");
        get(TestUser.OPERATOR, "/executions/1/steps/999999999/stacktrace").is(404);
        post("/executions/999999999/stop", "{}").isProblem(404, "no-such-execution");
        post("/executions/999999999/restart", "{}").isProblem(404, "no-such-execution");
        post(TestUser.ADMIN, "/executions/999999999/abandon", "{}").isProblem(404, "no-such-execution");
        get("/nothing").isProblem(404, "http");
        send(TestUser.VIEWER.sends(request("/jobs")).DELETE().build()).isProblem(405, "http");
    }

    @Test
    void textIsNeverCode() {
        for (String text : List.of(
                "'; drop table BATCH_JOB_EXECUTION; --",
                "<script>alert(1)</script>",
                "${env.PATH}",
                "\\u202Eright to left",
                "../../etc/passwd",
                "%00",
                "{{7*7}}")) {
            String escaped = text.replace("\\u", "\\\\u").replace("\"", "\\\"");
            long id = launch("outcome", "\"name\": \"" + escaped + unique("") + "\"", ", \"wait\": 60")
                    .is(201, "Execution")
                    .id();
            assertThat(get("/executions/" + id).json().at("/parameters/name").asText())
                    .startsWith(text);
            get("/jobs/" + encoded(text)).is(404);
            assertThat(ids(get("/executions?job=" + encoded(text)).is(200).json()))
                    .isEmpty();
            assertThat(ids(get("/executions?node=" + encoded(text)).is(200).json()))
                    .isEmpty();
            assertThat(get(TestUser.ADMIN, "/audit?user=" + encoded(text))
                            .is(200)
                            .json()
                            .get("items"))
                    .isEmpty();
        }
        launch("outcome", "\"name\": \"#{systemProperties['user.dir']}\"", "").is(422);
    }

    // ---- Logs and secrets

    @Test
    void anExecutionHasItsOwnLog() throws Exception {
        String name = unique("log");
        long id = launch("outcome", "\"name\": \"" + name + "\"", ", \"wait\": 60")
                .is(201)
                .id();
        long other = launch("outcome", "\"name\": \"" + unique("log") + "\"", ", \"wait\": 60")
                .is(201)
                .id();

        Answer log =
                get(TestUser.OPERATOR, "/executions/" + id + "/log?lines=100").is(200);
        assertThat(log.type()).isEqualTo("text/plain;charset=UTF-8");
        assertThat(log.text()).contains("execution " + id + " started", "execution " + id + " COMPLETED");
        assertThat(log.text()).doesNotContain("execution " + other);
        assertThat(get("/executions/" + id).json().get("logHere").asBoolean()).isTrue();
        get("/executions/" + id + "/log").isProblem(403, "denied");
        get(TestUser.OPERATOR, "/executions/" + id + "/log?lines=0").isProblem(400, "bad-request");
        get(TestUser.OPERATOR, "/executions/" + id + "/log?follow=true").isProblem(400, "bad-request");

        String gate = unique("log");
        long running = launch("gate", "\"name\": \"" + gate + "\"", "").is(201).id();
        HttpResponse<InputStream> stream = CLIENT.send(
                TestUser.OPERATOR
                        .sends(request("/executions/" + running + "/log?follow=true"))
                        .header("Accept", "text/event-stream")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        read(stream, lines);
        assertThat(next(lines, "event: line")).isNotNull();
        stop(running);
        assertThat(next(lines, "event: end")).isNotNull();
        stream.body().close();
    }

    @Test
    void aJobKnowsWhoLaunchedIt() {
        long id = launch(
                        "outcome",
                        "\"name\": \"" + unique("who") + "\"",
                        ", \"nonIdentifying\": {\"exitStatus\": \"SUBMITTER\"}, \"wait\": 60")
                .is(201)
                .id();
        assertThat(get("/executions/" + id).json().at("/steps/0/exitStatus").asText())
                .isEqualTo(TestUser.OPERATOR.login());
    }

    @Test
    void aSecretIsShownToNobody() {
        String secret = "hush " + UUID.randomUUID();
        Answer launched = launch(
                        "secret",
                        "\"run\": \"" + unique("secret") + "\"",
                        ", \"nonIdentifying\": {\"password\": \"" + secret + "\", \"failing\": \"true\"}, \"wait\": 60")
                .is(201, "Execution");
        long id = launched.id();
        Answer detail = get("/executions/" + id).is(200, "ExecutionDetail");
        assertThat(detail.text())
                .contains("{\"name\":\"password\",\"value\":\"••••••\",\"identifying\":false,\"secret\":true}");
        Answer instance = get("/instances/" + detail.json().get("instanceId")).is(200, "InstanceDetail");
        assertThat(instance.json().at("/launch/decision").asText()).isEqualTo("RESTART");
        Answer restarted = post(
                        "/executions/" + id + "/restart",
                        "{\"nonIdentifying\": {\"failing\": \"false\"}, \"wait\": 60}")
                .is(201);
        assertThat(restarted.json().get("status").asText())
                .as("it has the password: " + restarted.text())
                .isEqualTo("COMPLETED");
        for (Answer answer : List.of(
                launched,
                detail,
                restarted,
                get("/executions/" + restarted.id()),
                instance,
                get(TestUser.OPERATOR, "/executions/" + id + "/log"),
                get(TestUser.ADMIN, "/audit?execution=" + id))) {
            assertThat(answer.text()).doesNotContain(secret);
        }
    }

    // ---- Events

    @Test
    void whatChangesIsToldAsItHappens() throws Exception {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        HttpResponse<InputStream> stream = listen(null);
        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        read(stream, lines);
        assertThat(next(lines, "event: reset")).isNotNull();

        long id = launch("outcome", "\"name\": \"" + unique("event") + "\"", ", \"wait\": 60")
                .is(201)
                .id();

        String told = next(lines, "data: {\"id\":" + id);
        while (told != null && !told.contains("\"status\":\"COMPLETED\"")) {
            told = next(lines, "data: {\"id\":" + id);
        }
        assertThat(told).isNotNull();
        assertThat(DESCRIPTION.faults("Execution", String.valueOf(told).substring("data: ".length())))
                .isEmpty();
        stream.body().close();

        // Who comes back is told what it missed.
        String last = String.valueOf(
                Instant.parse(get("/executions/" + id).json().get("ended").asText())
                        .minusSeconds(10)
                        .toEpochMilli());
        HttpResponse<InputStream> again = listen(last);
        BlockingQueue<String> missed = new LinkedBlockingQueue<>();
        read(again, missed);
        assertThat(next(missed, "data: {\"id\":" + id)).contains("COMPLETED");
        again.body().close();
    }

    private HttpResponse<InputStream> listen(@Nullable String lastEventId) throws Exception {
        HttpRequest.Builder request = TestUser.VIEWER.sends(request("/events")).header("Accept", "text/event-stream");
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    private static void read(HttpResponse<InputStream> stream, BlockingQueue<String> lines) {
        Thread reading = new Thread(() -> {
            try (Stream<String> all =
                    new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8)).lines()) {
                all.forEach(lines::add);
            } catch (UncheckedIOException closed) {
                // The test has seen enough.
            }
        });
        reading.setDaemon(true);
        reading.start();
    }

    private static @Nullable String next(BlockingQueue<String> lines, String beginning) throws InterruptedException {
        String line = lines.poll(Patience.MINUTES, TimeUnit.MINUTES);
        while (line != null && !line.startsWith(beginning)) {
            line = lines.poll(Patience.MINUTES, TimeUnit.MINUTES);
        }
        return line;
    }

    // ---- What is no request
    // ------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/jobs/%00",
                "/api/jobs/a%00b/grid",
                "/api/executions?job=%00",
                "/api/executions?node=a%00",
                "/api/audit?user=%00",
                "/api/jobs?after=%00",
                "/api/jobs?%00=1",
                "/api/jobs/%ff",
                "/api/jobs/%c0%80",
                "/api/jobs/%ed%a0%80"
            })
    void whatNoDatabaseStoresIsNoAddress(String address) throws IOException {
        assertThat(raw("GET " + address + " HTTP/1.1\r\n" + LOGGED_IN))
                .startsWith("HTTP/1.1 400 ")
                .contains("application/problem+json", "urn:reprise:bad-request")
                .contains("frame-ancestors 'none'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/jobs/a[b",
                "/api/a[b]",
                "/a[b",
                "/api/jobs/[/grid?limit=1",
                "/a:b",
                "/a;b:c",
                "/a;b:c/d.html",
                "/api/jobs/a:b"
            })
    void aBracketOrColonIsACharacterLikeAnother(String address) throws IOException {
        assertThat(raw("GET " + address + " HTTP/1.1\r\n" + LOGGED_IN)).startsWith("HTTP/1.1 404 ");
    }

    private static final String LOGGED_IN =
            "Host: localhost\r\nConnection: close\r\nAuthorization: " + TestUser.ADMIN.basic() + "\r\n\r\n";

    private String raw(String request) throws IOException {
        return RawHttp.exchange(url, request);
    }

    private static List<String> serverLog() throws IOException {
        Path log = Path.of(System.getProperty("reprise.it.base"), "log", "server.log");
        return Files.readAllLines(log, StandardCharsets.UTF_8);
    }

    /** Jobs of the tests that are wrong on purpose are errors, too. */
    private static boolean isFault(String line) {
        return line.startsWith("\tat ") || (line.contains(" ERROR ") && !line.contains("LintAtDeployment"));
    }

    private static final List<String> PATHS = List.of(
            "/",
            "/api/me",
            "/api/now",
            "/api/jobs",
            "/api/jobs/outcome",
            "/api/jobs/outcome/grid",
            "/api/jobs/outcome/instances",
            "/api/jobs/outcome/explain",
            "/api/jobs/outcome/executions",
            "/api/instances/1",
            "/api/executions",
            "/api/executions/1",
            "/api/executions/1/steps/1/stacktrace",
            "/api/executions/1/log",
            "/api/executions/1/stop",
            "/api/executions/1/restart",
            "/api/nodes",
            "/api/audit",
            "/api/refused-logins",
            "/api/openapi.yaml",
            "/launch",
            "/j_security_check",
            "/login.html",
            "/public/theme.js",
            "/webjars/x");

    private static final List<String> PIECES = List.of(
            "%00",
            "%0d%0a",
            "%",
            "%zz",
            "%ff",
            "%c0%80",
            "%ed%a0%80",
            "%f0%9f%98%80",
            "[",
            "]",
            "{}",
            "|",
            "\\",
            "^",
            ";",
            ";x=y",
            "..",
            "/../",
            "//",
            "/./",
            "?",
            "??",
            "&",
            "&=&",
            "=",
            "+",
            "'",
            "\"",
            "<x>",
            "${7*7}",
            "#",
            ":",
            "@",
            "*",
            "~",
            "\u00e9",
            "limit=0",
            "limit=99999999999999999999",
            "after=-1",
            "since=x",
            "status=,,",
            "wait=1",
            "x".repeat(3000),
            "%2F",
            "%2e%2e",
            "%5b",
            "%3f",
            "%25",
            "%2500",
            "j_security_check",
            "\t",
            "\u0001");

    private static final List<String> HEADERS = List.of(
            "Accept: nonsense",
            "Accept: */*;q=x",
            "Accept: text/event-stream;x",
            "Accept: ,,,",
            "Accept: application/json",
            "Accept-Language: -x-;q=z",
            "Accept-Language: ko",
            "Accept-Encoding: gzip;q=9,*",
            "Content-Type: a/b/c",
            "Content-Type: application/json",
            "Content-Type: application/x-www-form-urlencoded",
            "Content-Type: application/json;charset=nonsense",
            "Content-Type: multipart/form-data",
            "Content-Type: multipart/form-data; boundary=x",
            "Content-Type: ",
            "Content-Encoding: gzip",
            "Cookie: JSESSIONID=../../x; a=\"b",
            "Cookie: ;;;=",
            "Cookie: a=\u00ff",
            "Cookie: $Version=x; a=b",
            "Cookie: " + "a=b; ".repeat(300),
            "If-None-Match: x\"y",
            "If-Modified-Since: never",
            "Range: bytes=9-1",
            "Range: bytes=x",
            "Last-Event-ID: x",
            "Origin: ://",
            "Origin: null",
            "Sec-Fetch-Mode: x",
            "Expect: nonsense",
            "Upgrade: h2c",
            "Upgrade: websocket",
            "X-Forwarded-For: x",
            "X-Forwarded-Proto: x",
            "Authorization: Basic !",
            "Authorization: Digest x",
            "Authorization: Bearer x",
            "Authorization: ",
            "Referer: [",
            "Forwarded: for=x",
            "TE: trailers",
            "X-HTTP-Method-Override: DELETE");

    private static final List<String> BODIES = List.of(
            "",
            "{}",
            "{",
            "[]",
            "null",
            "\"x\"",
            "{\"parameters\":{\"name\":\"\\u0000\"}}",
            "{\"parameters\":{\"\\ud800\":\"\\udfff\"}}",
            "{\"parameters\":{\"name\":\"\u00ff\u00fe\"}}",
            "{\"wait\":1e400}",
            "{\"wait\":99999999999999999999}",
            "[".repeat(3000),
            "{\"a\":".repeat(2000),
            "{\"parameters\":{" + "\"x\":\"1\",".repeat(50) + "\"y\":\"\"}}",
            "job=outcome&name=fuzz&wait=1",
            "job=%00",
            "job=outcome&name=%zz",
            "job=&job=",
            "=&=&=",
            "j_username=&j_password=",
            "j_username=%00&j_password=x",
            "f=1&".repeat(2000),
            "--x\r\nContent-Disposition: form-data; name=\"job\"\r\n\r\noutcome\r\n--x--",
            "--x\r\n\r\n",
            "\u001f\u008b\u0008",
            "x".repeat(200_000));

    private static final List<String> METHODS =
            List.of("GET", "GET", "GET", "POST", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "FOO");

    private static <T> T any(Random random, List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private static String anyRequest(Random random) {
        StringBuilder address = new StringBuilder(any(random, PATHS));
        for (int i = random.nextInt(3); i > 0; i--) {
            address.insert(1 + random.nextInt(address.length()), any(random, PIECES));
        }
        if (random.nextBoolean()) {
            address.append('?');
            for (int i = random.nextInt(4); i > 0; i--) {
                address.append(any(random, PIECES));
            }
        }
        String body = any(random, BODIES);
        String host = random.nextInt(20) == 0 ? "Host: a[b" : "Host: localhost";
        StringBuilder request = new StringBuilder(any(random, METHODS) + " ")
                .append(random.nextInt(30) == 0 ? "http://[x" : "")
                .append(address)
                .append(" HTTP/1.1\r\n")
                .append(host)
                .append("\r\nConnection: close\r\nContent-Length: ")
                .append(body.length())
                .append("\r\n");
        if (random.nextInt(4) > 0) {
            request.append("Authorization: ")
                    .append(any(random, List.of(TestUser.ADMIN, TestUser.VIEWER, TestUser.NOBODY))
                            .basic())
                    .append("\r\n");
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            request.append(any(random, HEADERS)).append("\r\n");
        }
        return request + "\r\n" + body;
    }

    /** Its seed is printed with what fails ({@code -Dreprise.fuzz.seed=}); {@code -Dreprise.fuzz.requests=} for more. */
    @Test
    void whateverIsSentNothingFails() throws IOException {
        long seed = Long.getLong("reprise.fuzz.seed", System.nanoTime());
        Random random = new Random(seed);
        int before = serverLog().size();
        List<String> failures = new ArrayList<>();
        int requests = Integer.getInteger("reprise.fuzz.requests", 1500);
        int answered = 0;
        for (int i = 0; i < requests; i++) {
            String request = anyRequest(random);
            String answer = answerTo(request);
            answered += answer.isEmpty() ? 0 : 1;
            if (!answer.isEmpty() && !answer.matches("(?s)HTTP/1\\.[01] ([1-4]\\d\\d|503) .*")) {
                failures.add(shortened(request) + " -> " + shortened(answer));
            }
        }

        assertThat(failures).as("seed " + seed).isEmpty();
        assertThat(answered).as("requests with an answer; seed " + seed).isGreaterThan(requests / 2);
        assertThat(serverLog().stream().skip(before).filter(ApiIT::isFault))
                .as("what the server logged; seed " + seed)
                .isEmpty();
    }

    /** Empty where the server has closed the connection without one, as it may when it cannot make head or tail of it. */
    private String answerTo(String request) throws IOException {
        try {
            return raw(request);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException closed) {
            return "";
        }
    }

    private static String shortened(String text) {
        return text.substring(0, Math.min(600, text.length()));
    }

    @Test
    void aListenerThatGoesIsNoError() throws Exception {
        int before = serverLog().size();
        for (int i = 0; i < 2; i++) {
            Socket listener = new Socket(url.getHost(), url.getPort());
            listener.getOutputStream()
                    .write(("GET /api/events HTTP/1.1\r\nAccept: text/event-stream\r\n" + LOGGED_IN)
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(listener.getInputStream().read()).isEqualTo('H');
            listener.setSoLinger(true, 0);
            listener.close();
        }
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        HttpRequest staying = TestUser.VIEWER
                .sends(request("/events"))
                .header("Accept", "text/event-stream")
                .build();
        read(CLIENT.send(staying, HttpResponse.BodyHandlers.ofInputStream()), lines);
        // What everybody is told, those who went have been told, too.
        for (int i = 0; i < 3; i++) {
            launch("outcome", "\"name\": \"" + unique("told") + "\"", ", \"wait\": 30")
                    .is(201);
            assertThat(next(lines, "event: execution")).isNotNull();
        }

        assertThat(serverLog().stream().skip(before).filter(ApiIT::isFault)).isEmpty();
    }

    /** Those of one test: another's may still run. */
    private List<JsonNode> running(String run) throws Exception {
        List<JsonNode> running = new ArrayList<>();
        for (JsonNode item :
                get("/executions?job=gate&status=RUNNING&limit=200").json().get("items")) {
            if (item.toString().contains(run)) {
                running.add(item);
            }
        }
        return running;
    }

    @Test
    void waitingClientsOfTheApiHoldNobodyUp() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
        String run = unique("waiting");
        for (int i = 0; i < 64; i++) {
            HttpRequest launch = TestUser.OPERATOR
                    .sends(request("/jobs/gate/executions").timeout(Duration.ofMinutes(3)))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            "{\"parameters\": {\"name\": \"" + run + i + "\"}, \"wait\": 600}"))
                    .build();
            waiting.add(CLIENT.sendAsync(launch, HttpResponse.BodyHandlers.ofString()));
        }
        await().until(() -> running(run).size() == waiting.size());

        for (JsonNode item : running(run)) {
            post("/executions/" + item.get("id").asLong() + "/stop", "{}").is(202);
        }
        for (CompletableFuture<HttpResponse<String>> one : waiting) {
            HttpResponse<String> answer = one.get(Patience.MINUTES, TimeUnit.MINUTES);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
            assertThat(answer.body()).contains("\"status\":\"STOPPED\"");
        }
    }
}
