package dev.reprise.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.reprise.Patience;
import dev.reprise.Skip;
import dev.reprise.host.InTheWay;
import dev.reprise.host.Listing;
import dev.reprise.host.Mechanism;
import dev.reprise.host.Scanning;
import dev.reprise.server.GuestWar;
import dev.reprise.server.RawHttp;
import dev.reprise.server.TestUser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The console in an application of somebody else's, which notices nothing of it. */
@EnabledIfSystemProperty(
        named = "reprise.it.database",
        matches = "h2",
        disabledReason = "what is compared here knows no database")
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class GuestConsoleIT {

    private static final String SETTINGS = "META-INF/reprise.properties";

    private final HttpClient http = HttpClient.newHttpClient();

    @Deployment(name = "scanning-alone", testable = false)
    static WebArchive scanningAlone() {
        return GuestWar.alone("shop-scanning-alone", Scanning.class);
    }

    @Deployment(name = "scanning-guest", testable = false)
    static WebArchive scanning() {
        return GuestWar.withConsole("shop-scanning-guest", Scanning.class, "acceptance", "slow", "logging");
    }

    @Deployment(name = "listing-alone", testable = false)
    static WebArchive listingAlone() {
        return GuestWar.alone("shop-listing-alone", Listing.class);
    }

    @Deployment(name = "listing-guest", testable = false)
    static WebArchive listing() {
        return GuestWar.withConsole("shop-listing-guest", Listing.class);
    }

    /** Its {@code web.xml} says nothing of roles. */
    @Deployment(name = "closed", testable = false)
    static WebArchive closed() {
        return GuestWar.withConsole("shop-closed", Scanning.class)
                .setWebXML(webXml("<security-role>\\s*<role-name>batch.*?</security-role>"));
    }

    /** It has roles, and nothing to log in with. */
    @Deployment(name = "loginless", testable = false)
    static WebArchive loginless() {
        return GuestWar.withConsole("shop-loginless", Scanning.class)
                .setWebXML(webXml("<login-config>.*</login-config>"));
    }

    @Deployment(name = "elsewhere", testable = false)
    static WebArchive elsewhere() {
        return GuestWar.withConsole("shop-elsewhere", Scanning.class)
                .addAsResource(new StringAsset("console=/ops/batch"), SETTINGS);
    }

    @Deployment(name = "without", testable = false)
    static WebArchive without() {
        return GuestWar.withConsole("shop-without", Scanning.class)
                .addAsResource(new StringAsset("console="), SETTINGS);
    }

    @Deployment(name = "occupied", testable = false)
    static WebArchive occupied() {
        return GuestWar.withConsole("shop-occupied", Scanning.class).addClass(InTheWay.class);
    }

    /** It has a folder there. */
    @Deployment(name = "furnished", testable = false)
    static WebArchive furnished() {
        return GuestWar.withConsole("shop-furnished", Scanning.class)
                .addAsWebResource(new StringAsset("mine"), "reprise/health");
    }

    /** It has a login that its {@code web.xml} does not know. */
    @Deployment(name = "mechanism", testable = false)
    static WebArchive mechanism() {
        return GuestWar.withConsole("shop-mechanism", Scanning.class)
                .addClass(Mechanism.class)
                .setWebXML(webXml("<login-config>.*</login-config>"));
    }

    /** It says itself who may come there. */
    @Deployment(name = "narrowed", testable = false)
    static WebArchive narrowed() {
        return GuestWar.withConsole("shop-narrowed", Scanning.class).setWebXML(constrained("""
                  <web-resource-collection>
                    <web-resource-name>narrowed</web-resource-name>
                    <url-pattern>/reprise/launch</url-pattern>
                  </web-resource-collection>
                  <auth-constraint><role-name>customer</role-name></auth-constraint>"""));
    }

    /** Nothing that is asked there may be overheard. */
    @Deployment(name = "confidential", testable = false)
    static WebArchive confidential() {
        return GuestWar.withConsole("shop-confidential", Scanning.class).setWebXML(constrained("""
                  <web-resource-collection>
                    <web-resource-name>confidential</web-resource-name>
                    <url-pattern>/reprise/*</url-pattern>
                  </web-resource-collection>
                  <user-data-constraint><transport-guarantee>CONFIDENTIAL</transport-guarantee></user-data-constraint>"""));
    }

    /** Its logins are looked at only where it asks for a role. */
    @Deployment(name = "lazy", testable = false)
    static WebArchive lazy() {
        return GuestWar.withConsole("shop-lazy", Scanning.class)
                .addAsWebInfResource(
                        new StringAsset("<jboss-web><security-domain>reprise</security-domain>"
                                + "<proactive-authentication>false</proactive-authentication></jboss-web>"),
                        "jboss-web.xml");
    }

    private static StringAsset constrained(String constraint) {
        return webXml("(?=<login-config>)", "<security-constraint>" + constraint + "</security-constraint>");
    }

    private static StringAsset webXml(String without) {
        return webXml(without, "");
    }

    private static StringAsset webXml(String what, String instead) {
        try {
            String xml = Files.readString(Path.of("src/test/resources/host/web.xml"));
            return new StringAsset(
                    Pattern.compile(what, Pattern.DOTALL).matcher(xml).replaceAll(instead));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static URI server() {
        return URI.create("http://127.0.0.1:" + (8080 + Integer.getInteger("reprise.it.offset")) + "/");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(Patience.GUARD).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server().resolve(path));
    }

    private HttpResponse<String> get(String path) {
        return send(request(path));
    }

    private HttpResponse<String> get(TestUser user, String path) {
        return send(user.sends(request(path)));
    }

    private static String log() {
        try {
            return Files.readString(Path.of(System.getProperty("reprise.it.base"), "log", "server.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> linesAbout(String application) {
        return log().lines()
                .filter(line -> line.contains("onsole") && line.contains(" /" + application + "/"))
                .map(line -> line.replaceFirst(".*\\) ", ""))
                .toList();
    }

    /** One request, with what stands behind its first line. */
    private record Asked(String line, List<String> rest) {

        Asked(String line, String... rest) {
            this(line, List.of(rest));
        }

        /** @param application where to */
        String text(String application) {
            StringBuilder text = new StringBuilder(line.replaceFirst(" /", " /" + application + "/") + " HTTP/1.1\r\n"
                    + "Host: " + server().getAuthority() + "\r\nConnection: close\r\n");
            String body = null;
            for (String header : rest) {
                if (header.startsWith("\n")) {
                    body = header.substring(1);
                } else {
                    text.append(header).append("\r\n");
                }
            }
            if (body != null && !text.toString().contains("Transfer-Encoding")) {
                text.append("Content-Length: ").append(body.length()).append("\r\n");
            }
            return text.append("\r\n").append(body == null ? "" : body).toString();
        }

        @Override
        public String toString() {
            return line
                    + ' '
                    + rest.stream()
                            .map(it -> it.substring(0, Math.min(60, it.length())))
                            .toList();
        }
    }

    private static final String JSON = "Content-Type: application/json";
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded";

    /** What an application answers by itself, and what a console could change of it. */
    private static List<Asked> requests() {
        List<Asked> all = new ArrayList<>();
        for (String path : List.of(
                "",
                "index.html",
                "missing",
                "missing.html",
                "broken",
                "counter/all?a=b",
                "counter/mine",
                "rest",
                "rest/prices",
                "rest/prices/sold-out",
                "rest/prices/broken",
                "rest/prices/none",
                "rest/me",
                "rest/jobs",
                "rest/executions",
                "rest/openapi.yaml",
                "api/me",
                "launch",
                "health",
                "login.html",
                "app/main.js",
                "public/theme.css",
                "webjars/lit/3.3.2/index.js",
                "repriseful",
                "a:b",
                "%zz",
                "j_security_check")) {
            all.add(new Asked("GET /" + path));
        }
        for (String method : List.of("HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH")) {
            all.add(new Asked(method + " /rest/prices"));
            all.add(new Asked(method + " /counter/all"));
        }
        all.add(new Asked("GET /rest/prices", "Accept: text/html"));
        all.add(new Asked("GET /rest/prices", "Accept: what;is;this"));
        all.add(new Asked("GET /rest/prices", "Cookie: odd; $Version=1; SHOP=nobody's"));
        all.add(new Asked("GET /counter/all", "Authorization: Basic ????"));
        all.add(new Asked("GET /counter/mine", "Authorization: " + TestUser.VIEWER.basic()));
        all.add(new Asked("GET /counter/mine", "Authorization: " + TestUser.NOBODY.basic()));
        all.add(new Asked("GET /counter/mine", "Authorization: " + TestUser.basic("nobody", "at all")));
        String price = "\n{\"item\": \"coal\", \"amount\": 1.10, \"since\": \"04.05.2006\", \"more\": 1}";
        all.add(new Asked("POST /rest/prices", JSON, price));
        all.add(new Asked("POST /rest/prices", JSON, price.substring(0, 20)));
        all.add(new Asked("POST /rest/prices", "Content-Type: text/plain", price));
        all.add(new Asked("POST /counter/all", "Transfer-Encoding: chunked", "\n4\r\nfour\r\n0\r\n\r\n"));
        all.add(new Asked("POST /counter/all", FORM, "\n" + "a=b&".repeat(400_000)));
        all.add(new Asked("POST /launch", FORM, "\njob=acceptance"));
        // More than the console would let anybody try.
        for (int i = 0; i < 12; i++) {
            all.add(new Asked("POST /j_security_check", FORM, "\nj_username=test-viewer&j_password=" + i));
            all.add(new Asked("GET /counter/mine", "Authorization: " + TestUser.basic("test-viewer", "wrong" + i)));
        }
        return all;
    }

    private static String answer(String application, Asked asked) throws IOException {
        String raw = RawHttp.exchange(server().toURL(), asked.text(application));
        String[] parts = raw.split("\r\n\r\n", 2);
        return (Stream.of(parts[0].split("\r\n", -1)).sorted().collect(Collectors.joining("\n"))
                        + "\n\n"
                        + (parts.length > 1 ? parts[1] : ""))
                .replace(application, "APPLICATION")
                .replaceAll("(?m)^(Date|Last-Modified|Content-Length|ETag): .*$", "$1")
                .replaceAll("SHOP=[A-Za-z0-9_-]+[^;]*", "SHOP=ID");
    }

    @ParameterizedTest
    @ValueSource(strings = {"scanning", "listing"})
    void theApplicationAnswersAsWithoutIt(String kind) throws IOException {
        for (Asked asked : requests()) {
            assertThat(answer("shop-" + kind + "-guest", asked))
                    .as(asked.toString())
                    .isEqualTo(answer("shop-" + kind + "-alone", asked));
        }
        // What is compared is what the application was made for.
        String prices = get("/shop-" + kind + "-guest/rest/prices").body();
        assertThat(prices)
                .contains("\"item\": \"tea\"", "\"03.02.2001\"", "12.50")
                .doesNotContain("ought", "rticle");
        HttpResponse<String> missing = get("/shop-" + kind + "-guest/nothing");
        assertThat(missing.body()).contains("That is not to be had");
        assertThat(missing.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("shop.example");
        assertThat(get(TestUser.VIEWER, "/shop-" + kind + "-guest/counter/mine").body())
                .contains("test-viewer, customer: false", "420 s, new: true", "SHOP");
    }

    @ParameterizedTest
    @ValueSource(strings = {"scanning", "listing"})
    void theConsoleAnswersInWaysOfItsOwn(String kind) {
        String at = "/shop-" + kind + "-guest/reprise";

        HttpResponse<String> me = get(TestUser.VIEWER, at + "/api/me");
        assertThat(me.body()).contains("\"user\":\"test-viewer\"", "\"application\":\"shop-" + kind + "-guest\"");
        assertThat(me.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'")
                .doesNotContain("shop.example");
        assertThat(me.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(get(TestUser.VIEWER, at + "/api/openapi.yaml").body()).contains("url: ../api");

        HttpResponse<String> stranger = get(at + "/api/me");
        assertThat(stranger.statusCode()).isEqualTo(401);
        assertThat(stranger.headers().firstValue("Content-Type").orElseThrow()).contains("problem+json");
        assertThat(stranger.headers().firstValue("WWW-Authenticate")).contains("Basic realm=\"Shop\"");
        assertThat(stranger.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(get(TestUser.NOBODY, at + "/api/me").statusCode()).isEqualTo(403);
        assertThat(get(TestUser.NOBODY, at + "/").statusCode()).isEqualTo(403);
        assertThat(get(at + "/health").body()).isEqualTo("up\n");
        assertThat(get(at + "/public/theme.css").statusCode()).isEqualTo(200);

        HttpResponse<String> login = get(at + "/");
        assertThat(login.body()).contains("Welcome");
        assertThat(login.headers().map()).doesNotContainKey("Content-Security-Policy");

        HttpResponse<String> place = get(TestUser.VIEWER, at);
        assertThat(place.statusCode()).isEqualTo(302);
        assertThat(place.headers().firstValue("Location")).contains(at + "/");
        assertThat(get(TestUser.VIEWER, at + "/").body()).contains("<reprise-console>");

        HttpResponse<String> nothing = get(TestUser.VIEWER, at + "/nothing");
        assertThat(nothing.statusCode()).isEqualTo(404);
        assertThat(nothing.body()).isEqualTo("404 There is nothing here\n");
        assertThat(get(TestUser.VIEWER, at + "/login.html").statusCode()).isEqualTo(404);
        HttpResponse<String> noResource = get(TestUser.VIEWER, at + "/api/nothing");
        assertThat(noResource.statusCode()).isEqualTo(404);
        assertThat(noResource.body()).contains("\"type\":\"urn:reprise:http\"");
        assertThat(get(TestUser.VIEWER, at + "/api/prices").statusCode()).isEqualTo(404);
    }

    @Test
    void jobsAreLaunchedOverHttp() {
        HttpRequest.Builder launch = TestUser.OPERATOR
                .sends(request("/shop-scanning-guest/reprise/launch"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("job=acceptance&wait=60&run=" + run()));
        HttpResponse<String> answer = send(launch);
        assertThat(answer.body()).contains("COMPLETED");
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    private static String run() {
        return URLEncoder.encode("guest-" + Long.toString(System.nanoTime(), 36), StandardCharsets.UTF_8);
    }

    /** By the application's own login, from the form to the log. */
    @Test
    void isUsedInABrowser() {
        Optional<Path> executable = Chromium.find();
        Skip.unless(executable.isPresent(), "the console in a browser: there is no Chromium");
        URI address = server().resolve("/shop-scanning-guest/reprise/");
        try (Chromium chromium = Chromium.start(executable.orElseThrow());
                Visitor visitor = new Visitor(chromium.browser(), address, Visitor.usual())) {
            Page page = visitor.page();
            page.navigate(address + "#/jobs/slow");
            assertThat(page.locator("h1")).hasText("Welcome");
            visitor.fillsInTheLogin("test-operator", "wrong");
            assertThat(page.locator("h1")).hasText("The password is not right");
            visitor.fillsInTheLogin(TestUser.OPERATOR.login(), TestUser.OPERATOR.password());

            visitor.goesTo("jobs/slow");
            visitor.givesParameter(0, "run", run(), true);
            visitor.givesParameter(1, "count", "3000", false);
            visitor.givesParameter(2, "pauseMillis", "20", false);
            long stopped = visitor.launches();
            visitor.sees("STARTED");
            visitor.button("Stop …").click();
            visitor.confirms("Stop");
            visitor.sees("STOPPED");

            visitor.button("Restart …").click();
            visitor.dialog().getByLabel("pauseMillis").fill("0");
            visitor.confirms("Restart");
            page.waitForURL(Pattern.compile(".*/shop-scanning-guest/reprise/#/executions/(?!" + stopped + "$)\\d+$"));
            visitor.sees("COMPLETED");

            visitor.goesTo("jobs/logging");
            visitor.givesParameter(0, "run", run(), true);
            visitor.launches();
            visitor.sees("COMPLETED");
            assertThat(page.locator("reprise-log")).containsText("step batchlet");

            visitor.button("Settings of test-operator").click();
            visitor.button("Log out").click();
            assertThat(page.locator("h1")).hasText("Welcome");
        }
    }

    /** The application's page of what is missing is the answer to everything. */
    private void nothingAnswers(String application, String at, String... but) {
        List<String> paths = new ArrayList<>(List.of(
                "",
                "/",
                "/index.html",
                "/api/me",
                "/api/openapi.yaml",
                "/launch",
                "/health",
                "/public/theme.css",
                "/app/main.js",
                "/login.html"));
        paths.removeAll(List.of(but));
        for (String path : paths) {
            for (HttpResponse<String> answer :
                    List.of(get("/" + application + at + path), get(TestUser.ADMIN, "/" + application + at + path))) {
                assertThat(answer.statusCode()).as(path).isEqualTo(404);
                assertThat(answer.body()).as(path).contains("That is not to be had");
            }
        }
    }

    @Test
    void withoutRolesNothingAnswersAndTheLogSaysWhatToDeclare() {
        nothingAnswers("shop-closed", "/reprise");
        assertThat(linesAbout("shop-closed"))
                .singleElement()
                .asString()
                .startsWith("There is no console at /shop-closed/reprise/: the application has none of its roles;")
                .contains("<role-name>batch-viewer</role-name>", "batch-operator", "batch-admin", "WEB-INF/web.xml");
    }

    @Test
    void withoutALoginNothingAnswersAndTheLogSaysWhatToDeclare() {
        nothingAnswers("shop-loginless", "/reprise");
        assertThat(linesAbout("shop-loginless"))
                .singleElement()
                .asString()
                .startsWith("There is no console at /shop-loginless/reprise/: the application has no login;")
                .contains("<login-config>", "<security-domain>");
    }

    @Test
    void knowsWhoComesThroughALoginOfJakartaSecurity() {
        assertThat(linesAbout("shop-mechanism")).containsExactly("The console is at /shop-mechanism/reprise/");
        assertThat(get(TestUser.VIEWER, "/shop-mechanism/reprise/").body()).contains("<reprise-console>");
        assertThat(get(TestUser.VIEWER, "/shop-mechanism/reprise/api/me").body())
                .contains("\"user\":\"test-viewer\"");
        assertThat(get("/shop-mechanism/reprise/").statusCode()).isEqualTo(401);
        assertThat(get("/shop-mechanism/reprise/api/me").statusCode()).isEqualTo(401);
        assertThat(Stream.generate(() -> send(request("/shop-mechanism/reprise/api/me")
                                .header("Authorization", TestUser.basic("nobody", "at all"))))
                        .limit(20)
                        .map(HttpResponse::statusCode))
                .as("wrong passwords")
                .startsWith(401)
                .endsWith(429);
    }

    @Test
    void isWhereTheApplicationWantsIt() {
        nothingAnswers("shop-elsewhere", "/reprise");
        assertThat(get(TestUser.VIEWER, "/shop-elsewhere/ops/batch/").body()).contains("<reprise-console>");
        assertThat(get(TestUser.VIEWER, "/shop-elsewhere/ops/batch/api/me").body())
                .contains("shop-elsewhere");
        assertThat(get("/shop-elsewhere/ops").statusCode()).isEqualTo(404);
        assertThat(linesAbout("shop-elsewhere")).containsExactly("The console is at /shop-elsewhere/ops/batch/");
    }

    @Test
    void loosensNoConstraintOfTheApplication() {
        nothingAnswers("shop-narrowed", "/reprise", "/launch");
        assertThat(get("/shop-narrowed/reprise/launch").body()).contains("Welcome");
        assertThat(linesAbout("shop-narrowed"))
                .singleElement()
                .asString()
                .startsWith("There is no console at /shop-narrowed/reprise/: the security constraint for"
                        + " /reprise/launch of the application is there;");
        for (String path : List.of("/", "/api/me", "/launch", "/health", "/public/theme.css")) {
            assertThat(get(TestUser.VIEWER, "/shop-confidential/reprise" + path)
                            .headers()
                            .firstValue("Location"))
                    .as(path)
                    .hasValueSatisfying(to -> assertThat(to).startsWith("https://"));
        }
    }

    @Test
    void isNowhereIfNobodyWouldBeKnownThere() {
        nothingAnswers("shop-lazy", "/reprise");
        assertThat(linesAbout("shop-lazy"))
                .singleElement()
                .asString()
                .contains("logins are looked at only where a constraint asks for them", "<proactive-authentication>");
    }

    @Test
    void isNowhereIfTheApplicationWantsNone() {
        nothingAnswers("shop-without", "/reprise");
        assertThat(linesAbout("shop-without")).isEmpty();
    }

    @Test
    void leavesToTheApplicationWhatItHasThere() {
        assertThat(get("/shop-occupied/reprise/launch").body()).isEqualTo("mine");
        assertThat(get("/shop-occupied/reprise/health").statusCode()).isEqualTo(404);
        assertThat(get("/shop-furnished/reprise/health").body()).isEqualTo("mine");
        assertThat(get("/shop-furnished/reprise/launch").statusCode()).isEqualTo(404);
        assertThat(linesAbout("shop-furnished"))
                .singleElement()
                .asString()
                .contains("the folder /reprise of the application is there");
        assertThat(linesAbout("shop-occupied"))
                .singleElement()
                .asString()
                .contains("the servlet " + InTheWay.class.getName() + " of the application is there");
    }
}
