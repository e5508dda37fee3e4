package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.guest.Label;
import dev.reprise.guest.LibrariesResource;
import dev.reprise.guest.ListedShop;
import dev.reprise.guest.Shop;
import dev.reprise.server.ArquillianServer;
import dev.reprise.server.Management;
import dev.reprise.server.TestRealm;
import dev.reprise.server.TestUser;
import java.io.File;
import java.io.IOException;
import java.net.CookieManager;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * In an application the library is a guest, and harms nothing: a shop answers the same with it and without it, to the header, has the
 * same beans, servlets and users, and is warned of nothing more.
 */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class GuestIT {

    /** What the application is made of. */
    enum Application {
        /** Of what the server has: JSON-B writes its JSON; its REST API is what the scan finds. */
        ON_THE_SERVERS_LIBRARIES,
        /** Of Jackson, Flyway and Jdbi of its own; its REST API is what it names. */
        ON_ITS_OWN_LIBRARIES;

        WebArchive war() {
            WebArchive war = ShrinkWrap.create(WebArchive.class, "shop.war")
                    .addPackage(Shop.class.getPackage())
                    .setWebXML("guest/web.xml")
                    .addAsWebInfResource("guest/jboss-web.xml", "jboss-web.xml")
                    .addAsWebInfResource("guest/beans.xml", "beans.xml")
                    .addAsResource("guest/persistence.xml", "META-INF/persistence.xml")
                    .addAsResource("guest/guest.xml", "META-INF/batch-jobs/guest.xml")
                    .addAsWebResource(new StringAsset("<p>shop</p>"), "index.html")
                    .addAsWebResource(new StringAsset("<p>missing</p>"), "missing.html")
                    .addAsWebResource(new StringAsset("<p>broken</p>"), "broken.html");
            return this == ON_ITS_OWN_LIBRARIES
                    ? war.deleteClass(Shop.class)
                            .addAsWebInfResource(
                                    "guest/jboss-deployment-structure.xml", "jboss-deployment-structure.xml")
                            .addAsResource("guest/V1__stock.sql", "db/migration/V1__stock.sql")
                            .addAsLibraries(jars("target/guest", ".*\\.jar"))
                    : war.deleteClasses(ListedShop.class, LibrariesResource.class, Label.class, Label.Small.class);
        }
    }

    /** What it brings of ours, as Maven has it from a repository. */
    enum Guest {
        LIBRARY(Set.of(), "reprise");

        /** What it answers itself, in the application's place. */
        @SuppressWarnings("ImmutableEnumChecker") // it is an immutable set
        private final Set<String> own;

        @SuppressWarnings("ImmutableEnumChecker") // it is an immutable list
        private final List<String> artifacts;

        Guest(Set<String> own, String... artifacts) {
            this.own = own;
            this.artifacts = List.of(artifacts);
        }

        WebArchive into(WebArchive war) {
            artifacts.forEach(artifact -> war.addAsLibraries(jar(artifact)));
            return war.addAsManifestResource("guest/jboss-all.xml", "jboss-all.xml");
        }
    }

    private static final String OWN_LOGGER = "dev.reprise";

    /** Level, logger and code of a warning. */
    private static final Pattern WARNING =
            Pattern.compile("\\S+ \\S+ (WARN|ERROR) +\\[([^]]+)] \\([^)]*\\) (?:([A-Z]+\\d+):)?.*");

    private static final Pattern CHANGES_ANYWAY = Pattern.compile("(?m)^(date|last-modified|etag|x-request-id): .*$");

    /** As {@code artifacts/} has built it. */
    private static File jar(String artifact) {
        return jars("artifacts/" + artifact + "/target", artifact + "-\\d[^-]*(-SNAPSHOT)?\\.jar")[0];
    }

    private static File[] jars(String folder, String name) {
        File[] jars = new File(folder).listFiles(file -> file.getName().matches(name));
        assertThat(jars).as("JARs in " + folder).isNotEmpty();
        return Objects.requireNonNull(jars);
    }

    /** Whose classes the engine meets again in what it has kept of failures, and what is logged with. */
    @Test
    void theLibraryNamesTheServersModules() throws IOException {
        try (JarFile library = new JarFile(jar("reprise"))) {
            assertThat(library.getManifest().getMainAttributes().getValue("Dependencies"))
                    .contains("com.h2database.h2 optional", "org.postgresql optional", "org.slf4j");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anApplicationIsTheSameWithUs(Application application) throws Exception {
        try (Management server = Management.ofArquillian()) {
            Map<String, String> alone = observed(server, application.war());
            if (application == Application.ON_THE_SERVERS_LIBRARIES) {
                assertThat(alone.get("GET api/articles/a-1"))
                        .as("JSON-B")
                        .contains("\"title\":\"Lamp", "\"since\":\"28.02.2026\"", "\"price\":12.50")
                        .doesNotContain("purchase");
            } else {
                assertThat(alone.get("GET api/libraries"))
                        .contains("jackson-databind-2.17.2.jar", "flyway-core-10.22.0.jar", "jdbi3-core-3.45.4.jar");
            }
            for (Guest guest : Guest.values()) {
                int logged = ArquillianServer.log().size();
                Map<String, String> together = observed(server, guest.into(application.war()));
                assertThat(ArquillianServer.log().stream().skip(logged))
                        .anyMatch(line -> line.contains("Job repository shop is open"));
                alone.keySet().removeAll(guest.own);
                together.keySet().removeAll(guest.own);
                assertThat(differences(alone, together)).as("with " + guest).isEmpty();
            }
        }
    }

    /** Line by line: what is missing, and what is there that was not. */
    private static List<String> differences(Map<String, String> alone, Map<String, String> together) {
        assertThat(together.keySet()).isEqualTo(alone.keySet());
        return alone.keySet().stream()
                .flatMap(asked -> {
                    List<String> before = alone.getOrDefault(asked, "").lines().toList();
                    List<String> after =
                            together.getOrDefault(asked, "").lines().toList();
                    Stream<String> different = Stream.concat(
                            before.stream()
                                    .filter(line -> !after.contains(line))
                                    .map(line -> " - " + line),
                            after.stream()
                                    .filter(line -> !before.contains(line))
                                    .map(line -> " + " + line));
                    return different.map(line -> asked + line);
                })
                .toList();
    }

    /** Everything that can be seen of the application from outside, by what was asked. */
    private static Map<String, String> observed(Management server, WebArchive war) throws Exception {
        int logged = ArquillianServer.log().size();
        Map<String, String> seen = new LinkedHashMap<>();
        try (TestRealm realm = new TestRealm(server, "guest")) {
            server.deploy(war);
            try {
                ask(seen);
                seen.put("users when it was deployed", realm.users().toString());
                realm.add("anna", "secret", "customer");
                record(seen, get("api/facts/me").header("Authorization", TestUser.basic("anna", "secret")));
                record(seen, get("api/facts/me").header("Authorization", TestUser.basic("anna", "wrong")));
                seen.put("users", realm.users().toString());
                realm.remove("anna");
            } finally {
                server.remove(war);
            }
        }
        seen.put("warnings", warnings(logged));
        return seen;
    }

    private static void ask(Map<String, String> seen) throws Exception {
        for (String path : List.of(
                "",
                "index.html",
                "nowhere",
                "nowhere/at/all.html",
                "reprise",
                "launch",
                "api",
                "api/nowhere",
                "api/articles",
                "api/articles/a-1",
                "api/articles/a-9",
                "api/articles/broken",
                "api/libraries",
                "api/libraries/label",
                "api/facts/beans",
                "api/facts/entities",
                "api/facts/web",
                "api/facts/me")) {
            record(seen, get(path));
        }
        record(seen, get("api/articles").header("Accept", "application/xml"));
        record(
                seen,
                get("api/articles").header("Accept-Encoding", "gzip").header("Origin", "http://elsewhere.example"));
        record(seen, get("api/articles").method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
        record(seen, get("api/articles").DELETE());
        for (String article : List.of(
                "{\"number\":\"b-1\",\"title\":\"Bed\",\"price\":99.90,\"since\":\"01.03.2026\",\"purchasePrice\":1,\"more\":2}",
                "{\"number\":\"\",\"title\":\"nothing\"}",
                "{\"number\":",
                "[]")) {
            record(
                    seen,
                    get("api/articles")
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(article)));
        }
        String execution = send(get("api/jobs")
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build())
                .body();
        HttpRequest asked = get("api/jobs/" + execution).build();
        Awaitility.await().until(() -> send(asked).body(), state -> !state.matches("START(ING|ED) .*"));
        seen.put("the job", described(send(asked)));
    }

    private static HttpRequest.Builder get(String path) {
        return HttpRequest.newBuilder(ArquillianServer.uri("/shop/" + path));
    }

    private static void record(Map<String, String> seen, HttpRequest.Builder builder) throws Exception {
        HttpRequest request = builder.build();
        String asked = request.method() + " " + request.uri().getPath().replaceFirst("^/shop/", "");
        seen.put(seen.containsKey(asked) ? asked + " (" + seen.size() + ")" : asked, described(send(request)));
    }

    private static HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        HttpClient http =
                HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String described(HttpResponse<String> response) {
        String headers = new TreeMap<>(response.headers().map())
                .entrySet().stream()
                        .flatMap(header -> header.getValue().stream().map(value -> header.getKey() + ": " + value))
                        .map(header -> header.replaceFirst("(set-cookie: SHOP=)[^;]*", "$1…"))
                        .collect(Collectors.joining("\n"));
        return response.statusCode() + "\n" + CHANGES_ANYWAY.matcher(headers).replaceAll("$1: …") + "\n\n"
                + response.body();
    }

    /** Which warnings there were since then, of anybody but ourselves. */
    private static String warnings(int since) {
        return ArquillianServer.log().stream()
                .skip(since)
                .map(WARNING::matcher)
                .filter(Matcher::matches)
                .filter(warning -> !warning.group(2).startsWith(OWN_LOGGER))
                .map(warning -> Stream.of(1, 2, 3)
                        .map(warning::group)
                        .filter(Objects::nonNull)
                        .collect(Collectors.joining(" ")))
                .distinct()
                .sorted()
                .collect(Collectors.joining("\n"));
    }
}
