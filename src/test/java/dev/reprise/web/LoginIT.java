package dev.reprise.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.remote.Reply;
import dev.reprise.server.RawHttp;
import dev.reprise.server.ServerProcess;
import dev.reprise.server.TestUser;
import dev.reprise.server.TestWar;
import java.io.IOException;
import java.io.OutputStream;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URL;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets in, by which way, and what everybody else is told; with a real HTTP client. */
@EnabledIfSystemProperty(
        named = "reprise.it.database",
        matches = "h2",
        disabledReason = "no login depends on the database, and the H2 run shows them")
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class LoginIT {

    private static final String PAGE = "this is the page of the test";

    @ArquillianResource
    private URL url;

    private final CookieManager cookies = new CookieManager();
    private final HttpClient browser = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .cookieHandler(cookies)
            .build();
    private final HttpClient script =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

    @Deployment(testable = false)
    static WebArchive war() {
        return TestWar.withTestJobs()
                .addPackage(dev.reprise.remote.OperatorServlet.class.getPackage())
                .addAsWebResource(new StringAsset(PAGE), "test-page.html")
                .addAsWebResource(new StringAsset("// " + PAGE), "test-page.js")
                .addAsResource(new StringAsset("// large\n".repeat(15_000)), "dev/reprise/web/console/public/large.js");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url.toString().replaceFirst("/$", "") + path));
    }

    private HttpRequest.Builder form(String path, String... fields) {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < fields.length; i += 2) {
            body.append(body.isEmpty() ? "" : "&")
                    .append(fields[i])
                    .append('=')
                    .append(URLEncoder.encode(fields[i + 1], StandardCharsets.UTF_8));
        }
        return request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    }

    private static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> logIn(String name, String password) {
        return send(browser, form(loginForm(), "j_username", name, "j_password", password));
    }

    /** Where the page of the login sends it, with the token that goes with the browser's cookie. */
    private String loginForm() {
        String page = send(browser, request("/login.html")).body();
        Matcher action = Pattern.compile("action=\"(j_security_check\\?token=[A-Za-z0-9_-]{32})\"")
                .matcher(page);
        assertThat(action.find()).as(page).isTrue();
        return "/" + action.group(1);
    }

    private HttpResponse<String> logIn(TestUser user) {
        return logIn(user.login(), user.password());
    }

    private static String header(HttpResponse<String> response, String name) {
        return String.join(", ", response.headers().allValues(name));
    }

    private String session() {
        return cookies.getCookieStore().getCookies().stream()
                .filter(cookie -> cookie.getName().equals("JSESSIONID"))
                .map(HttpCookie::getValue)
                .findFirst()
                .orElse("none");
    }

    @Test
    void aBrowserIsLedToTheLoginPageAndToTheConsole() {
        HttpResponse<String> before = send(browser, request("/test-page.html?which=7"));
        assertThat(before.statusCode()).isEqualTo(302);
        assertThat(header(before, "Location")).isEqualTo("/login.html");
        String stranger = begun(before);
        assertThat(session()).isEqualTo("none");

        HttpResponse<String> login = logIn(TestUser.VIEWER);
        assertThat(login.statusCode()).isEqualTo(302);
        assertThat(header(login, "Location")).isEqualTo("/");
        assertThat(header(login, "Set-Cookie"))
                .contains("HttpOnly")
                .contains("SameSite=Strict")
                .doesNotContain("Secure");
        assertThat(session()).as("the session that a stranger may know").isNotEqualTo(stranger);

        assertThat(send(browser, request("/test-page.html")).body()).isEqualTo(PAGE);
        HttpResponse<String> known =
                send(script, request("/test-page.html").header("Cookie", "JSESSIONID=" + stranger));
        assertThat(known.statusCode()).isEqualTo(302);
    }

    private static String begun(HttpResponse<String> response) {
        Matcher session = Pattern.compile("JSESSIONID=([^;]+);").matcher(header(response, "Set-Cookie"));
        return session.find() ? session.group(1) : "none";
    }

    /** Each would hold its request for half an hour. */
    @Test
    void whoIsNotLoggedInHasNoSession() {
        HttpResponse<String> asked = send(script, request("/test-page.html"));
        HttpResponse<String> posted = send(script, form("/", "a", "x".repeat(10_000)));
        HttpResponse<String> wrong = logIn(TestUser.VIEWER.login(), "wrong");
        HttpResponse<String> nobody = send(script, request("/j_security_check"));

        assertThat(List.of(asked, posted, wrong, nobody)).allSatisfy(response -> {
            assertThat(response.statusCode()).isEqualTo(302);
            assertThat(response.headers().allValues("Set-Cookie").stream()
                            .filter(cookie -> cookie.startsWith("JSESSIONID")))
                    .allSatisfy(cookie -> assertThat(cookie).contains("Expires=Thu, 01-Jan-1970"));
        });
    }

    @Test
    void aWrongPasswordLeadsBackToTheLoginPageAndSaysSo() {
        HttpResponse<String> wrong = logIn(TestUser.VIEWER.login(), "wrong");

        assertThat(wrong.statusCode()).isEqualTo(302);
        assertThat(header(wrong, "Location")).endsWith("/login.html?failed");
        assertThat(send(browser, request("/test-page.html")).statusCode()).isEqualTo(302);
        assertThat(logIn("nobody-knows-me", "x").statusCode()).isEqualTo(302);
        assertThat(logIn("", "").statusCode()).isEqualTo(302);
    }

    @Test
    void whoHasNoRoleSeesNothing() {
        logIn(TestUser.NOBODY);

        HttpResponse<String> response = send(browser, request("/test-page.html"));

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.body()).isEqualTo("403 You have no role that allows this\n");
    }

    @Test
    void aSessionIsGoodForTheApiToo() {
        assertThat(send(browser, request("/api/nothing-has-this-path")).statusCode())
                .isEqualTo(401);
        logIn(TestUser.OPERATOR);

        assertThat(send(browser, request("/api/nothing-has-this-path")).statusCode())
                .isEqualTo(404);
        assertThat(send(browser, request("/launch")).statusCode()).isEqualTo(405);
        HttpResponse<String> launched =
                send(browser, form("/launch", "job", "outcome", "name", "by-session", "wait", "30"));
        assertThat(launched.statusCode()).as(launched.body()).isEqualTo(200);
    }

    @Test
    void theApiAnswersStrangersWithAProblem() {
        HttpResponse<String> response = send(script, request("/api/nothing-has-this-path"));

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(header(response, "Content-Type")).startsWith("application/problem+json");
        assertThat(response.body())
                .contains("\"type\":\"urn:reprise:unauthenticated\"")
                .contains("\"title\":\"Not logged in\"")
                .contains("\"status\":401");
        assertThat(header(response, "WWW-Authenticate")).isEqualTo("Basic realm=\"Reprise\"");
        assertThat(header(response, "Set-Cookie")).isEmpty();
        assertThat(send(script, request("/api/").POST(HttpRequest.BodyPublishers.ofString("{}")))
                        .statusCode())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sec-Fetch-Mode", "X-Requested-With"})
    void noBrowserIsMadeToAskForAPassword(String sentByPages) {
        HttpResponse<String> without =
                send(script, request("/api/nothing-has-this-path").header(sentByPages, "cors"));
        HttpResponse<String> wrong = send(
                script,
                request("/api/nothing-has-this-path")
                        .header(sentByPages, "cors")
                        .header("Authorization", TestUser.basic(TestUser.ADMIN.login(), "wrong")));

        assertThat(List.of(without, wrong)).allSatisfy(response -> {
            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(header(response, "WWW-Authenticate")).isEmpty();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic eDp5",
                "Basic",
                "Basic ",
                "Basic !",
                "Basic eDp",
                "basic Og==",
                "Basic eHk=",
                "Basic 8Dq/",
                "Bearer eDp5",
                "Nonsense"
            })
    void badCredentialsAreRefusedByEachInItsLanguage(String authorization) {
        HttpResponse<String> launch =
                send(script, form("/launch", "job", "outcome").header("Authorization", authorization));
        HttpResponse<String> api = send(script, request("/api/x").header("Authorization", authorization));
        HttpResponse<String> page = send(script, request("/test-page.html").header("Authorization", authorization));

        assertThat(launch.statusCode()).as(launch.body()).isEqualTo(401);
        assertThat(header(launch, "Content-Type")).startsWith("text/plain");
        assertThat(header(launch, "WWW-Authenticate")).startsWith("Basic realm=\"Reprise\"");
        assertThat(api.statusCode()).as(api.body()).isEqualTo(401);
        assertThat(header(api, "Content-Type")).startsWith("application/problem+json");
        assertThat(page.statusCode()).as(page.body()).isEqualTo(401);
    }

    @Test
    void aScriptLaunchesWithItsPassword() {
        HttpResponse<String> stranger = send(script, form("/launch", "job", "outcome", "name", "by-basic"));
        assertThat(stranger.statusCode()).isEqualTo(401);
        assertThat(header(stranger, "Content-Type")).startsWith("text/plain");
        assertThat(header(stranger, "WWW-Authenticate")).isEqualTo("Basic realm=\"Reprise\"");

        HttpResponse<String> operator = send(
                script, TestUser.OPERATOR.sends(form("/launch", "job", "outcome", "name", "by-basic", "wait", "30")));
        assertThat(operator.statusCode()).as(operator.body()).isEqualTo(200);
        assertThat(header(operator, "Set-Cookie")).isEmpty();
    }

    @Test
    void anExecutionKnowsWhoStartedAndRestartedIt() {
        Reply started = operator(TestUser.OPERATOR, "start", "job", "gate", "name", "submitted");
        Reply stopped = operator(TestUser.ADMIN, "stop", "execution", String.valueOf(started.executionId()));
        assertThat(stopped.isDone()).as(stopped.toString()).isTrue();
        assertThat(submitter(started)).isEqualTo(TestUser.OPERATOR.login());
        await().until(() -> operator(TestUser.VIEWER, "status", "execution", String.valueOf(started.executionId()))
                .what()
                .equals("STOPPED"));

        Reply restarted = operator(TestUser.ADMIN, "restart", "execution", String.valueOf(started.executionId()));
        assertThat(submitter(restarted)).isEqualTo(TestUser.ADMIN.login());
        operator(TestUser.ADMIN, "stop", "execution", String.valueOf(restarted.executionId()));
    }

    private String submitter(Reply started) {
        return operator(TestUser.VIEWER, "submitter", "execution", String.valueOf(started.executionId()))
                .what();
    }

    private Reply operator(TestUser user, String what, String... fields) {
        HttpResponse<String> response = send(script, user.sends(form("/operator/" + what, fields)));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Reply.of(response.body());
    }

    @Test
    void aScriptWhosePageIsNoLongerLoggedInIsNotGivenAPage() {
        HttpResponse<String> response = send(browser, request("/test-page.js").header("Sec-Fetch-Mode", "no-cors"));

        assertThat(response.statusCode()).isEqualTo(401);
    }

    @Test
    void aLoginNeedsTheTokenOfItsPage() {
        String[] right = {"j_username", TestUser.VIEWER.login(), "j_password", TestUser.VIEWER.password()};
        String form = loginForm();
        String other = form.substring(0, form.length() - 1) + (form.endsWith("A") ? "B" : "A");

        for (String path : List.of("/j_security_check", "/j_security_check?token=", other)) {
            HttpResponse<String> response = send(browser, form(path, right));
            assertThat(response.statusCode()).as(path).isEqualTo(302);
            assertThat(header(response, "Location")).as(path).isEqualTo("/login.html?again");
            assertThat(send(browser, request("/test-page.html")).statusCode())
                    .as(path)
                    .isEqualTo(302);
        }
        assertThat(send(script, form(form, right)).statusCode())
                .as("without the cookie")
                .isEqualTo(302);
        assertThat(header(send(script, form(form, right)), "Location")).isEqualTo("/login.html?again");
        assertThat(loginForm()).as("of a second window").isEqualTo(form);
        send(browser, form(form, right));
        assertThat(send(browser, request("/test-page.html")).body()).isEqualTo(PAGE);
    }

    /** A cache on the way would hand it to others. */
    @Test
    void noRedirectNamesTheHostThatTheRequestSays() throws IOException {
        for (String request : List.of(
                "GET /test-page.html",
                "GET /",
                "GET /public",
                "GET /webjars",
                "GET /j_security_check",
                "GET /nothing/")) {
            assertThat(RawHttp.exchange(url, request + " HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                    .as(request)
                    .startsWith("HTTP/1.1 ")
                    .doesNotContain("evil.example");
        }
        assertThat(formLogin(TestUser.VIEWER.login(), TestUser.VIEWER.password())
                        .replace("Host: localhost", "Host: evil.example"))
                .contains("evil.example")
                .satisfies(login -> assertThat(RawHttp.exchange(url, login))
                        .contains("\r\nLocation: /\r\n")
                        .doesNotContain("evil.example"));
        assertThat(RawHttp.exchange(
                        url, "GET /test-page.html HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 302 ")
                .contains("\r\nLocation: /login.html\r\n");
    }

    @Test
    void anotherSitesPageLogsNobodyIn() {
        HttpResponse<String> response = send(
                browser,
                form(
                                "/j_security_check",
                                "j_username",
                                TestUser.VIEWER.login(),
                                "j_password",
                                TestUser.VIEWER.password())
                        .header("Sec-Fetch-Site", "cross-site"));

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(header(response, "Set-Cookie")).isEmpty();
    }

    @Test
    void everyResponseSaysWhatAPageMayDo() {
        HttpResponse<String> redirected = send(script, request("/test-page.html"));
        HttpResponse<String> api = send(script, request("/api/x"));
        HttpResponse<String> launch = send(script, TestUser.OPERATOR.sends(request("/launch")));
        HttpResponse<String> page = send(script, TestUser.VIEWER.sends(request("/test-page.html")));
        HttpResponse<String> js = send(script, TestUser.VIEWER.sends(request("/test-page.js")));
        HttpResponse<String> missing = send(script, TestUser.VIEWER.sends(request("/nothing")));
        HttpResponse<String> forbidden = send(script, TestUser.NOBODY.sends(request("/test-page.html")));
        HttpResponse<String> wrong =
                send(script, request("/test-page.html").header("Authorization", TestUser.basic("x", "y")));

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(forbidden.statusCode()).isEqualTo(403);
        assertThat(List.of(redirected, api, launch, page, js, missing, forbidden, wrong))
                .allSatisfy(response -> {
                    assertThat(header(response, "Content-Security-Policy"))
                            .startsWith("default-src 'none'; ")
                            .contains("frame-ancestors 'none'")
                            .contains("base-uri 'none'")
                            .contains("form-action 'self'")
                            .doesNotContain("unsafe");
                    assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
                    assertThat(header(response, "Referrer-Policy")).isEqualTo("same-origin");
                    assertThat(header(response, "Cross-Origin-Opener-Policy")).isEqualTo("same-origin");
                });
        assertThat(List.of(redirected, api, launch, page, missing, wrong))
                .allSatisfy(response ->
                        assertThat(header(response, "Cache-Control")).contains("no-store"));
        assertThat(header(js, "Cache-Control")).isEqualTo("no-cache");
        assertThat(js.headers().map()).doesNotContainKeys("Pragma", "Expires");
    }

    // ---- Doors ------------------------------------------------------------------------------------------------------

    /** Sent from an address of this machine, by which the server tells clients apart. */
    private String from(String address, String request) throws IOException {
        return RawHttp.exchange(url, address, request);
    }

    private static String head(String method, String path, String... headers) {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + Stream.of(headers).map(header -> header + "\r\n").collect(Collectors.joining())
                + "\r\n";
    }

    private String me(String address, String user, String password) throws IOException {
        return from(address, head("GET", "/api/me", "Authorization: " + TestUser.basic(user, password)));
    }

    private static int status(String response) {
        return Integer.parseInt(response.substring(9, 12));
    }

    private String audit() {
        return send(script, TestUser.ADMIN.sends(request("/api/audit"))).body();
    }

    private HttpResponse<String> lift(TestUser user, String body) {
        return send(
                script,
                user.sends(request("/api/refused-logins/lift"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"test-operator", "nobody-has-this-name"})
    void wrongPasswordsMakeTheirSenderWaitAndNotTheUser(String user) throws IOException {
        String attacker = user.equals(TestUser.OPERATOR.login()) ? "127.0.0.21" : "127.0.0.22";
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String response = me(attacker, user, "wrong" + i);
            statuses.add(status(response));
            if (status(response) == 429) {
                assertThat(response)
                        .containsPattern("\r\nRetry-After: \\d+\r\n")
                        .contains("urn:reprise:too-many-wrong-passwords")
                        .contains("frame-ancestors 'none'");
            }
        }
        assertThat(statuses.subList(0, 5)).containsOnly(401);
        assertThat(statuses.subList(5, 12)).contains(429).isSubsetOf(401, 429);

        TestUser known = TestUser.OPERATOR;
        assertThat(status(me("127.0.0.23", known.login(), known.password())))
                .as("the right password from elsewhere")
                .isEqualTo(200);
        await().untilAsserted(() -> assertThat(audit())
                .contains("\"user\":\"" + user + "\",\"address\":\"" + attacker
                        + "\",\"action\":\"login\",\"outcome\":\"denied\""));
    }

    @Test
    void anAdministratorSeesWhoWaitsAndLiftsIt() throws IOException {
        String attacker = "127.0.0.31";
        for (int i = 0; i < 40; i++) {
            me(attacker, "user" + i, "wrong");
        }
        TestUser viewer = TestUser.VIEWER;
        assertThat(status(me(attacker, viewer.login(), viewer.password()))).isEqualTo(429);
        assertThat(send(script, TestUser.OPERATOR.sends(request("/api/refused-logins")))
                        .statusCode())
                .isEqualTo(403);
        assertThat(lift(TestUser.OPERATOR, "{}").statusCode()).isEqualTo(403);
        String refused = send(script, TestUser.ADMIN.sends(request("/api/refused-logins")))
                .body();
        assertThat(refused).contains("\"address\":\"" + attacker + "\"");
        assertThat(OpenApi.read().faults("RefusedLoginPage", refused)).isEmpty();

        HttpResponse<String> lifted = lift(TestUser.ADMIN, "{\"address\": \"" + attacker + "\"}");

        assertThat(lifted.body()).isEqualTo("{\"lifted\":1}");
        assertThat(status(me(attacker, viewer.login(), viewer.password()))).isEqualTo(200);
        assertThat(audit()).contains("\"action\":\"lift\"").contains(attacker + ": 1 need not wait any more");
    }

    /** A login with the form and cookie of this browser. */
    private String formLogin(String user, String password) {
        String body = "j_username=" + user + "&j_password=" + password;
        String path = loginForm();
        return head(
                        "POST",
                        path,
                        "Cookie: "
                                + cookies.getCookieStore().getCookies().stream()
                                        .map(cookie -> cookie.getName() + "=" + cookie.getValue())
                                        .collect(Collectors.joining("; ")),
                        "Content-Type: application/x-www-form-urlencoded",
                        "Content-Length: " + body.length())
                + body;
    }

    /** No file can have a name as long as the second one's. */
    @ParameterizedTest
    @CsvSource({"127.0.0.41, test-admin", "127.0.0.42, ''"})
    void theLoginPageSaysThatOneHasToWait(String address, String user) throws IOException {
        String form = formLogin(user.isEmpty() ? "t".repeat(97) : user, "wrong");
        for (int i = 0; i < 5; i++) {
            assertThat(from(address, form)).startsWith("HTTP/1.1 302 ").contains("Location: /login.html?failed");
        }

        assertThat(from(address, form)).startsWith("HTTP/1.1 303 ").contains("Location: /login.html?wait=");
    }

    @Test
    void aNameThatIsTooLongIsAWrongOne() throws IOException {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            statuses.add(status(me("127.0.0.43", "t".repeat(97), "wrong")));
        }

        assertThat(statuses).containsExactly(401, 401, 401, 401, 401, 429);
    }

    @Test
    void aFormThatIsNotEncodedIsRefused() throws IOException {
        assertThat(from("127.0.0.44", formLogin("%zz", "x"))).startsWith("HTTP/1.1 400 ");
    }

    /** Each of their passwords is a tenth of a second's work. */
    @Test
    void whoHasLoggedInBeforeDoesNotWaitForStrangers() throws IOException {
        TestUser known = TestUser.OPERATOR;
        assertThat(status(me("127.0.0.1", known.login(), known.password()))).isEqualTo(200);
        int count = 120;
        List<Socket> strangers = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                Socket socket = RawHttp.connect(url, "127.0.7." + (i + 1));
                strangers.add(socket);
                socket.getOutputStream()
                        .write(head("GET", "/api/me", "Authorization: " + TestUser.basic("stranger" + i, "wrong"))
                                .getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(status(me("127.0.0.1", known.login(), known.password()))).isEqualTo(200);

            int answered = 0;
            for (Socket socket : strangers) {
                answered += socket.getInputStream().available() > 0 ? 1 : 0;
            }
            assertThat(answered).as("of those who came first").isLessThan(count / 2);
            byte[] last = strangers.get(count - 1).getInputStream().readAllBytes();
            assertThat(status(new String(last, StandardCharsets.ISO_8859_1))).isEqualTo(401);
        } finally {
            for (Socket socket : strangers) {
                socket.close();
            }
        }
    }

    /** However many are looked at, they are not sent away while there is room to wait. */
    @Test
    void manyWhoLogInFromOneAddressAreAllLetIn() {
        TestUser user = TestUser.ADMIN;
        List<CompletableFuture<HttpResponse<String>>> logins = IntStream.range(0, 60)
                .mapToObj(i ->
                        script.sendAsync(user.sends(request("/api/me")).build(), HttpResponse.BodyHandlers.ofString()))
                .toList();

        assertThat(logins)
                .allSatisfy(login -> assertThat(login.join().statusCode())
                        .as(login.join().body())
                        .isEqualTo(200));
    }

    @Test
    void aCookieThatNobodyCanReadIsLeftOut() throws IOException {
        assertThat(from("127.0.0.1", head("GET", "/login.html", "Cookie: other=\u00ff; one={\"a\": \u0001}")))
                .startsWith("HTTP/1.1 200 ");
        assertThat(from(
                        "127.0.0.1",
                        formLogin(TestUser.VIEWER.login(), TestUser.VIEWER.password())
                                .replace("Cookie: ", "Cookie: $Version=x; other=\u00ff; ")))
                .contains("\r\nLocation: /\r\n");
        String many = IntStream.range(0, 201).mapToObj(i -> "a" + i + "=b").collect(Collectors.joining("; "));
        assertThat(from("127.0.0.1", head("GET", "/login.html", "Cookie: " + many)))
                .startsWith("HTTP/1.1 400 ");
    }

    /** The server would collect without end what stands behind the last chunk. */
    @ParameterizedTest
    @ValueSource(strings = {"/", "/j_security_check", "/api/me", "/launch", "/login.html", "/webjars/x"})
    void noBodyComesInChunks(String path) throws IOException {
        assertThat(RawHttp.exchange(
                        url, "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"))
                .startsWith("HTTP/1.1 411 ")
                .contains("\r\nConnection: close\r\n")
                .contains("Content-Length");
    }

    /** Who sends more and reads nothing would hold a thread with each connection. */
    @ParameterizedTest
    @CsvSource({
        "/, 1",
        "/test-page.html, 1",
        "/nothing, 1",
        "/api/me, 1",
        "/launch, 1",
        "/login.html, 3",
        "/public/theme.css, 3"
    })
    void strangersHaveOneAnswerOfEachConnection(String path, int answers) throws IOException {
        String keep = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";

        assertThat(RawHttp.exchange(url, keep + keep + head("GET", path)).split("HTTP/1.1 ", -1))
                .hasSize(1 + answers);
        String known = keep.replace("Host:", "Authorization: " + TestUser.VIEWER.basic() + "\r\nHost:");
        assertThat(RawHttp.exchange(url, known + known + head("GET", path)).split("HTTP/1.1 [2-4]", -1))
                .as("after a login")
                .hasSize(1 + 3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /j_security_check",
                "POST /test-page.html",
                "GET /test-page.html",
                "POST /api/jobs/outcome/executions",
                "POST /launch",
                "POST /login.html"
            })
    void slowBodiesWithoutALoginHoldNobodyUp(String request) throws IOException {
        for (String length : List.of(
                "Content-Length: 5000", "Transfer-Encoding: chunked", "Expect: 100-continue\r\nContent-Length: 9")) {
            List<Socket> slow = new ArrayList<>();
            try {
                for (int i = 0; i < 80; i++) {
                    Socket socket = RawHttp.connect(url, "127.0.0.1");
                    slow.add(socket);
                    socket.getOutputStream()
                            .write((request + " HTTP/1.1\r\nHost: localhost\r\n"
                                            + "Content-Type: application/x-www-form-urlencoded\r\n" + length
                                            + "\r\n\r\n" + (length.startsWith("Expect") ? "" : "5\r\nj_u"))
                                    .getBytes(StandardCharsets.US_ASCII));
                }

                assertThat(send(script, request("/login.html").timeout(Duration.ofSeconds(20)))
                                .statusCode())
                        .isEqualTo(200);
                assertThat(send(
                                        script,
                                        TestUser.OPERATOR
                                                .sends(form("/launch", "job", "nothing"))
                                                .timeout(Duration.ofSeconds(20)))
                                .statusCode())
                        .isEqualTo(404);
            } finally {
                for (Socket socket : slow) {
                    socket.close();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"/public/large.js, 30", "/login.html, 400", "/test-page.html, 400", "/api/me, 400", "/launch, 400"})
    void whoReadsSlowlyWithoutALoginHoldsNobodyUp(String path, int requests) throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            String many = ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").repeat(requests);
            for (int i = 0; i < 60; i++) {
                Socket socket = new Socket();
                socket.setReceiveBufferSize(1024);
                socket.connect(new InetSocketAddress(url.getHost(), url.getPort()));
                slow.add(socket);
                try {
                    socket.getOutputStream().write(many.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException answered) {
                    assertThat(requests).as("%s", answered).isEqualTo(400);
                }
            }

            HttpRequest.Builder me = TestUser.VIEWER.sends(request("/api/me").timeout(Duration.ofSeconds(20)));
            assertThat(send(script, me).statusCode()).isEqualTo(200);
            assertThat(from("127.0.0.51", head("GET", "/login.html"))).endsWith("</html>\n");
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    /** As a browser with many windows does it. */
    @Test
    void whoeverReadsAtAUsualPaceIsServed() {
        String large = "/public/large.js";
        List<CompletableFuture<HttpResponse<String>>> files = IntStream.range(0, 100)
                .mapToObj(i -> script.sendAsync(request(large).build(), HttpResponse.BodyHandlers.ofString()))
                .toList();

        assertThat(files).allSatisfy(file -> {
            assertThat(file.join().statusCode()).isEqualTo(200);
            assertThat(file.join().body()).hasSizeGreaterThan(100_000);
        });
    }

    /** However steadily it comes: a byte a second is no reason to wait. */
    @Test
    void aBodyHasHalfAMinute() throws Exception {
        try (Socket socket = RawHttp.connect(url, "127.0.0.1")) {
            OutputStream out = socket.getOutputStream();
            out.write((head(
                                    "POST",
                                    "/j_security_check",
                                    "Content-Type: application/x-www-form-urlencoded",
                                    "Content-Length: 5000")
                            + "x")
                    .getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout(1000);
            AtomicInteger sent = new AtomicInteger();
            await().pollInterval(Duration.ofSeconds(1)).until(() -> {
                try {
                    out.write('x');
                    sent.incrementAndGet();
                    return socket.getInputStream().read() < 0;
                } catch (SocketTimeoutException stillOpen) {
                    return false;
                } catch (IOException closed) {
                    return true;
                }
            });
            assertThat(sent.get()).as("bytes of a second and more each").isGreaterThan(10);
        }
    }

    @Test
    void theServersOwnLimitsAreSet() {
        String cli = ServerProcess.cli(
                "127.0.0.1:" + System.getProperty("reprise.it.management"),
                "/subsystem=undertow/server=default-server/http-listener=default:read-resource",
                "/subsystem=undertow/server=default-server/https-listener=https:read-resource",
                "/subsystem=undertow/server=default-server/host=default-host:read-children-names(child-type=setting)",
                "/core-service=management/management-interface=http-interface:read-attribute(name=no-request-timeout)");

        for (String limit : List.of(
                "\"request-parse-timeout\" => 10000",
                "\"no-request-timeout\" => 30000",
                "\"read-timeout\" => 30000",
                "\"write-timeout\" => 30000",
                "\"enable-http2\" => false",
                "\"max-buffered-request-size\" => 1",
                "\"max-post-size\" => 2097152L",
                "\"max-connections\" => expression \"${reprise.connections:4000}\"")) {
            assertThat(cli.split(Pattern.quote(limit), -1)).as(limit).hasSize(3);
        }
        assertThat(cli).as("the management port").contains("\"result\" => 10000");
        assertThat(cli).as("beside the application").doesNotContain("http-invoker");
    }
}
