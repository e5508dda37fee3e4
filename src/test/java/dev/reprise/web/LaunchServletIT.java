package dev.reprise.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.server.RawHttp;
import dev.reprise.server.ServerProcess;
import dev.reprise.server.ServerProcess.Answer;
import dev.reprise.server.TestUser;
import dev.reprise.server.TestWar;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The servlet with a real HTTP client, and the admin CLI with the real {@code jboss-cli.sh}, on one server. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class LaunchServletIT {

    private static final String NEIGHBOUR = "neighbour";

    private static final String BATCH = "/deployment=ROOT.war/subsystem=batch-jberet";

    @ArquillianResource
    private URL url;

    @Deployment(testable = false)
    static WebArchive war() {
        return TestWar.withTestJobs();
    }

    /** On the same data source. */
    @Deployment(name = NEIGHBOUR, testable = false)
    static WebArchive neighbour() {
        return TestWar.withTestJobs(NEIGHBOUR);
    }

    private Answer launch(Map<String, String> fields) {
        return ServerProcess.launch(URI.create(url + "launch"), fields);
    }

    private static String cli(String... commands) {
        return ServerProcess.cli("127.0.0.1:" + System.getProperty("reprise.it.management"), commands);
    }

    @Test
    void theDocumentsExampleOverHttp() {
        Map<String, String> failing = Map.of("job", "acceptance", "run", "http", "-failAt", "2501", "wait", "60");
        Map<String, String> repaired = Map.of("job", "acceptance", "run", "http", "-failAt", "0", "wait", "60");

        Answer first = launch(failing);
        assertThat(first.status()).as(first.text()).isEqualTo(500);
        assertThat(first.text())
                .isEqualTo(
                        "execution " + first.executionId() + " FAILED\n"
                                + "step step2: item reader numberReader (readItem) of step step2: java.lang.IllegalStateException: item 2501 is poisoned\n");

        Answer second = launch(repaired);
        assertThat(second.status()).as(second.text()).isEqualTo(200);
        assertThat(second.text()).isEqualTo("execution " + second.executionId() + " COMPLETED\n");
        assertThat(second.executionId()).isGreaterThan(first.executionId());

        Answer third = launch(repaired);
        assertThat(third.status()).isEqualTo(409);
        assertThat(third.text())
                .startsWith("acceptance[run=http] is already complete (execution " + second.executionId());
    }

    /** Two WARs have a job of one name, and one database: neither runs what is the other's. */
    @Test
    void anotherApplicationOfTheServerRunsNothingOfThisOne() throws IOException, InterruptedException {
        Map<String, String> failing = Map.of("job", "acceptance", "run", "theirs", "-failAt", "2501", "wait", "60");
        long failed = launch(failing).executionId();

        Answer refused = ServerProcess.launch(URI.create(url + NEIGHBOUR + "/launch"), failing);
        assertThat(refused.status()).as(refused.text()).isEqualTo(409);
        assertThat(refused.text())
                .startsWith("acceptance[run=theirs] belongs to application 'reprise' (instance ")
                .contains("and this is 'neighbour'");
        URI execution = URI.create(url + NEIGHBOUR + "/api/executions/" + failed);
        assertThat(send(HttpRequest.newBuilder(execution)).body()).contains("\"application\":\"reprise\"");
        String theirs = "/deployment=neighbour.war/subsystem=batch-jberet";
        assertThat(cli(theirs + ":restart-job(execution-id=" + failed + ")"))
                .contains("failed", "belongs to application 'reprise'");
        assertThat(cli(theirs + "/job=acceptance:read-attribute(name=instance-count)"))
                .contains("\"result\" => 0");

        Answer repaired = launch(Map.of("job", "acceptance", "run", "theirs", "-failAt", "0", "wait", "60"));
        assertThat(repaired.text()).isEqualTo("execution " + repaired.executionId() + " COMPLETED\n");
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(TestUser.ADMIN.sends(request).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void answersWithTheStatusThatASchedulerUnderstands() {
        Answer running = launch(Map.of("job", "gate", "name", "http-gate"));
        assertThat(running.status()).as(running.text()).isEqualTo(201);
        assertThat(running.text()).matches("execution \\d+ (STARTING|STARTED)\n");
        assertThat(launch(Map.of("job", "gate", "name", "http-gate")).status()).isEqualTo(409);
        Answer waited = launch(Map.of("job", "gate", "name", "http-gate-2", "wait", "1"));
        assertThat(waited.status()).as(waited.text()).isEqualTo(202);

        Answer stop = new Answer(0, cli(BATCH + ":stop-job(execution-id=" + running.executionId() + ")"));
        assertThat(stop.text()).contains("success");
        cli(BATCH + ":stop-job(execution-id=" + waited.executionId() + ")");
        await().until(() -> cli(BATCH + "/job=gate/execution=" + running.executionId()
                        + ":read-attribute(name=batch-status)")
                .contains("STOPPED"));

        assertThat(launch(Map.of("job", "nothing")).status()).isEqualTo(404);
        Answer faults = launch(Map.of("job", "checked", "region", "east", "limit", "x"));
        assertThat(faults.status()).isEqualTo(400);
        assertThat(faults.text().lines()).hasSize(3);
        assertThat(launch(Map.of("run", "1")).status()).isEqualTo(400);
        assertThat(launch(Map.of("job", "checked", "wait", "soon")).text()).contains("The field wait is 'soon'");
    }

    @Test
    void onlyAnOperatorLaunches() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "launch"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("job=outcome&name=roles&wait=60"))
                .build();
        HttpClient client = HttpClient.newHttpClient();
        for (TestUser user : List.of(TestUser.VIEWER, TestUser.NOBODY)) {
            HttpResponse<String> denied = client.send(
                    user.sends(HttpRequest.newBuilder(request, (name, value) -> true))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(denied.statusCode()).as(denied.body()).isEqualTo(403);
        }
        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(401);

        HttpResponse<String> done = client.send(
                TestUser.OPERATOR
                        .sends(HttpRequest.newBuilder(request, (name, value) -> true))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(done.body()).matches("execution \\d+ COMPLETED\n");
    }

    @Test
    void aPageOfAnotherSiteMayNotLaunch() throws IOException, InterruptedException {
        HttpRequest request = TestUser.OPERATOR
                .sends(HttpRequest.newBuilder(URI.create(url + "launch")))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Origin", "http://elsewhere.example")
                .POST(HttpRequest.BodyPublishers.ofString("job=outcome&name=foreign"))
                .build();

        HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(launch(Map.of("job", "outcome", "name", "foreign", "wait", "30"))
                        .status())
                .as("nothing ran before")
                .isEqualTo(200);
    }

    @Test
    void aForeignNameThatLeadsHereMayNotLaunch() throws IOException {
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.getOutputStream()
                    .write(("POST /launch HTTP/1.1\r\nHost: elsewhere.example:" + url.getPort()
                                    + "\r\nOrigin: http://elsewhere.example:" + url.getPort()
                                    + "\r\nAuthorization: " + TestUser.OPERATOR.basic()
                                    + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 403 ");
        }
    }

    @Test
    void theDocumentsExampleInTheAdminCli() {
        String start = BATCH + ":start-job(job-xml-name=acceptance,properties={run=cli,-failAt=";
        long first = result(cli(start + "2501})"));
        awaitStatus(first, "FAILED");
        assertThat(cli(start + "0})")).contains("acceptance[run=cli] is FAILED").contains("Restart execution " + first);

        long second = result(cli(BATCH + ":restart-job(execution-id=" + first + ",properties={-failAt=0})"));
        awaitStatus(second, "COMPLETED");

        assertThat(cli(start + "0})")).contains("acceptance[run=cli] is already complete (execution " + second);
        assertThat(cli(BATCH + ":start-job(job-xml-name=checked,properties={limit=0})"))
                .contains("there are 2 faults")
                .contains("day: is required");
    }

    @Test
    void theMonitorScriptShowsJobsAndExecutions() throws IOException {
        Answer done = launch(Map.of("job", "outcome", "name", "monitored", "wait", "30"));
        String script = Files.readString(Path.of("wildfly-config/monitor.cli"));
        Path ofThatJob = Files.createTempFile("monitor", ".cli");
        Files.writeString(ofThatJob, script.replace("set job=flight-performance", "set job=outcome"));

        String shown = cli(ofThatJob.toString());

        assertThat(shown).contains("flight-performance").contains("outcome");
        assertThat(shown).containsPattern("execution " + done.executionId() + " of instance \\d+: COMPLETED");
    }

    private static void awaitStatus(long execution, String status) {
        await().until(() -> cli(BATCH + "/job=acceptance/execution=" + execution + ":read-attribute(name=batch-status)")
                .contains(status));
    }

    private static long result(String output) {
        Matcher matcher = Pattern.compile("\"result\" => (\\d+)L?").matcher(output);
        assertThat(matcher.find()).as(output).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static HttpRequest.Builder sent(TestUser user, URI address) {
        return user.sends(HttpRequest.newBuilder(address).timeout(Duration.ofMinutes(2)));
    }

    private HttpRequest waiting(String name) {
        return sent(TestUser.OPERATOR, URI.create(url + "launch"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("job=gate&wait=600&name=" + name))
                .build();
    }

    /** As many as may wait do, each with a connection of its own; and the web answers everybody else. */
    @Test
    void waitingClientsHoldNobodyUp() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        String run = "many-" + System.nanoTime() + "-";
        List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
        for (int i = 0; i < Waits.MOST; i++) {
            waiting.add(client.sendAsync(waiting(run + i), HttpResponse.BodyHandlers.ofString()));
        }
        HttpRequest page = sent(TestUser.VIEWER, URI.create(url + "api/me")).build();
        // While they come in, too.
        assertThat(client.send(page, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
        List<Long> ids = new ArrayList<>();
        await().until(() -> {
            ids.clear();
            ids.addAll(running(client));
            return ids.size() >= Waits.MOST;
        });

        HttpResponse<String> oneTooMany = client.send(waiting(run + "too-many"), HttpResponse.BodyHandlers.ofString());
        assertThat(oneTooMany.statusCode()).as(oneTooMany.body()).isEqualTo(503);
        assertThat(oneTooMany.headers().firstValue("Retry-After")).hasValue("30");
        assertThat(running(client)).as("nothing was launched").hasSameSizeAs(ids);
        assertThat(launch(Map.of("job", "outcome", "name", run)).status()).isEqualTo(201);

        for (long id : ids) {
            HttpRequest stop = sent(TestUser.OPERATOR, URI.create(url + "api/executions/" + id + "/stop"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{}"))
                    .build();
            client.send(stop, HttpResponse.BodyHandlers.ofString());
        }
        for (CompletableFuture<HttpResponse<String>> one : waiting) {
            HttpResponse<String> answer = one.get(Patience.MINUTES, TimeUnit.MINUTES);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(500);
            assertThat(answer.body()).matches("(?s)execution \\d+ STOPPED.*");
        }
        assertThat(launch(Map.of("job", "outcome", "name", run + "after", "wait", "60"))
                        .status())
                .as("places are free again")
                .isEqualTo(200);
    }

    private List<Long> running(HttpClient client) throws IOException, InterruptedException {
        List<Long> ids = new ArrayList<>();
        String after = "";
        while (after != null) {
            String page = client.send(
                            sent(
                                            TestUser.VIEWER,
                                            URI.create(
                                                    url + "api/executions?job=gate&status=RUNNING&limit=200" + after))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            Matcher id = Pattern.compile("\\{\"id\":(\\d+),\"job\":\"gate\"").matcher(page);
            while (id.find()) {
                ids.add(Long.parseLong(id.group(1)));
            }
            Matcher next = Pattern.compile("\"next\":\"(\\d+)\"").matcher(page);
            after = next.find() ? "&after=" + next.group(1) : null;
        }
        return ids;
    }

    @Test
    void aFormThatCannotBeReadLaunchesNothing() throws Exception {
        String many = IntStream.range(0, 2000).mapToObj(i -> "&f" + i + "=1").collect(Collectors.joining());
        String before = newestOutcome();
        for (String form : List.of(
                "job=outcome&name=form" + many,
                "job=outcome&name=%zz",
                "job=outcome&name=%ff",
                "job=outcome&%c3=1",
                "job=outcome&name=%ed%a0%80")) {
            HttpResponse<String> response = HttpClient.newHttpClient()
                    .send(
                            sent(TestUser.OPERATOR, URI.create(url + "launch"))
                                    .header("Content-Type", "application/x-www-form-urlencoded")
                                    .POST(HttpRequest.BodyPublishers.ofString(form))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        }
        assertThat(newestOutcome()).isEqualTo(before);
    }

    private String newestOutcome() throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        sent(TestUser.OPERATOR, URI.create(url + "api/executions?job=outcome&limit=1"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static final List<String> ADDRESSES =
            List.of("", "api/me", "api/jobs", "api/executions", "launch", "login.html");

    /** Alone on its host, which WildFly stops with the last application if nothing else belongs to it. */
    @Test
    void whileItIsBeingDeployedTheApplicationIsNotThere() throws Exception {
        List<String> unexpected = new CopyOnWriteArrayList<>();
        Set<Integer> statuses = ConcurrentHashMap.newKeySet();
        AtomicInteger notFound = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> asking = new ArrayList<>();
        for (String address : ADDRESSES) {
            Thread thread = new Thread(() -> {
                while (!over.get()) {
                    try {
                        String answer = asked(address);
                        Matcher status = Pattern.compile("HTTP/1.1 (\\d{3}) .*", Pattern.DOTALL)
                                .matcher(answer);
                        int code = status.matches() ? Integer.parseInt(status.group(1)) : 0;
                        statuses.add(code);
                        if (code == 404) {
                            notFound.incrementAndGet();
                        } else if (!Set.of(200, 202, 503).contains(code)) {
                            unexpected.add(address + " " + answer);
                        }
                    } catch (IOException | RuntimeException e) {
                        unexpected.add(address + " " + e);
                    }
                }
            });
            asking.add(thread);
            thread.start();
        }
        cli("/deployment=neighbour.war:undeploy");
        try {
            cli("/deployment=ROOT.war:redeploy", "/deployment=ROOT.war:redeploy");
        } finally {
            over.set(true);
            cli("/deployment=neighbour.war:deploy");
        }
        for (Thread thread : asking) {
            thread.join();
        }

        assertThat(unexpected).isEmpty();
        // The server takes the application away before it puts there what answers 503: who asks at that moment is told
        // 404.
        assertThat(notFound.get()).as("404").isLessThanOrEqualTo(2 * ADDRESSES.size());
        assertThat(statuses)
                .as("it was asked when it was there, and when it was not")
                .contains(200, 503);
        await().until(() ->
                launch(Map.of("job", "outcome", "name", "back", "wait", "30")).status() == 200);
    }

    /** On a connection of its own, as a scheduler does. */
    private String asked(String address) throws IOException {
        String form = address.equals("launch") ? "job=outcome&wait=5&name=redeployed" + System.nanoTime() : "";
        return RawHttp.exchange(
                url,
                String.join(
                        "\r\n",
                        (form.isEmpty() ? "GET /" : "POST /") + address + " HTTP/1.1",
                        "Host: " + url.getAuthority(),
                        "Connection: close",
                        "Authorization: " + TestUser.OPERATOR.basic(),
                        "Content-Type: application/x-www-form-urlencoded",
                        "Content-Length: " + form.length(),
                        "",
                        form));
    }
}
