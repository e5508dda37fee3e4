package dev.reprise.archetype;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The chapter "In your own WAR" of the README, word for word: its commands in a shell, its files in a project. What is not
 * its own is a Maven that has these artifacts, and free ports.
 */
class ReadmeIT {

    @TempDir
    private static Path folder;

    private static String chapter;
    private static int offset;

    private record Ended(int exit, String output) {}

    @BeforeAll
    static void theChapterAndAMavenForIt() throws IOException {
        String readme = Files.readString(Path.of(System.getProperty("reprise.it.readme")));
        int begin = readme.indexOf("## In your own WAR");
        chapter = readme.substring(begin, readme.indexOf("\n## ", begin));
        offset = freeOffset();
        write("bin/mvn", """
                #!/bin/sh
                exec '%s/bin/mvn' --batch-mode --no-transfer-progress '-Dmaven.repo.local=%s' '-Dmaven.repo.local.tail=%s' \\
                  -Dport-offset=%d -Dmanagement-port=%d "$@"
                """.formatted(
                        System.getProperty("reprise.it.maven"),
                        System.getProperty("reprise.it.repository"),
                        System.getProperty("reprise.it.downloads"),
                        offset,
                        9990 + offset));
        assertThat(folder.resolve("bin/mvn").toFile().setExecutable(true)).isTrue();
    }

    @Test
    void bothWaysLeadToAJobThatRuns() throws Exception {
        String commands = found("(?m)^    mvn archetype:generate .*\\R(    .*\\R)+");
        Ended generated = sh(folder, "set -e\n" + commands.strip());

        assertThat(generated.exit()).as(generated.output()).isZero();
        assertThat(generated.output())
                .contains("[INFO] 0 errors and 0 warnings in 1 job")
                .containsPattern("Tests run: 1, .* -- in org.example.SquaresTest")
                .containsPattern("Tests run: 1, .* -- in org.example.SquaresIT");
        String log = between(generated.output(), "Running org.example.SquaresTest", "-- in org.example.SquaresTest");
        assertThat(log.lines().filter(line -> line.startsWith("INFO ") || line.startsWith("SLF4J")))
                .as(log)
                .hasSizeBetween(1, 10);

        theProjectThatIsMadeHasTheFilesOfTheReadme();
        aWarOfOnesOwn();

        Path server = folder.resolve("shop/target/wildfly-" + System.getProperty("reprise.it.wildfly"));
        Path running = folder.resolve("server.log");
        Process wildfly = new ProcessBuilder(
                        server.resolve("bin/standalone.sh").toString(), "-Djboss.socket.binding.port-offset=" + offset)
                .redirectErrorStream(true)
                .redirectOutput(running.toFile())
                .start();
        try {
            await(running, "WFLYSRV0025");
            Files.copy(folder.resolve("own/target/shop.war"), server.resolve("standalone/deployments/shop.war"));
            await(running, "WFLYSRV0010: Deployed \"shop.war\"");
            theJobRuns(server, running);
            Files.copy(
                    folder.resolve("shop/target/shop.war"),
                    server.resolve("standalone/deployments/shop.war"),
                    StandardCopyOption.REPLACE_EXISTING);
            theConsoleIsThere(running);
        } finally {
            wildfly.descendants().forEach(ProcessHandle::destroy);
            wildfly.destroy();
            assertThat(wildfly.waitFor(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    private static void theProjectThatIsMadeHasTheFilesOfTheReadme() throws IOException {
        Path main = folder.resolve("shop/src/main");
        assertThat(Files.readString(main.resolve("resources/META-INF/batch-jobs/squares.xml")))
                .isEqualTo(block("xml", "<job id"));
        assertThat(Files.readString(main.resolve("resources/META-INF/batch-jobs/squares.schema.json")))
                .isEqualTo(block("json", "\"required\""));
        assertThat(Files.readString(main.resolve("java/org/example/Numbers.java")))
                .endsWith(block("java", "Numbers"));
        assertThat(Files.readString(main.resolve("java/org/example/Squares.java")))
                .endsWith(block("java", "Squares"));
        assertThat(Files.readString(main.resolve("webapp/META-INF/jboss-all.xml")))
                .isEqualTo(block("xml", "<jboss "));
    }

    /** One that has a data source of its server. */
    private static void aWarOfOnesOwn() throws Exception {
        write("own/pom.xml", """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>org.example</groupId>
                  <artifactId>shop</artifactId>
                  <version>1</version>
                  <packaging>war</packaging>
                  <properties>
                    <maven.compiler.release>17</maven.compiler.release>
                    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
                  </properties>
                  <dependencies>
                    <dependency>
                      <groupId>jakarta.platform</groupId>
                      <artifactId>jakarta.jakartaee-api</artifactId>
                      <version>%s</version>
                      <scope>provided</scope>
                    </dependency>
                %s
                  </dependencies>
                  <build>
                    <finalName>shop</finalName>
                    <plugins>
                      <plugin><artifactId>maven-resources-plugin</artifactId><version>3.4.0</version></plugin>
                      <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.14.1</version></plugin>
                      <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.5.4</version></plugin>
                      <plugin><artifactId>maven-war-plugin</artifactId><version>3.5.1</version></plugin>
                    </plugins>
                  </build>
                </project>
                """.formatted(System.getProperty("reprise.it.jakartaee"), block("xml", "<dependency>")));
        String imports = """
                package org.example;

                import jakarta.batch.api.*;
                import jakarta.batch.api.chunk.*;
                import jakarta.enterprise.context.Dependent;
                import jakarta.inject.*;
                import java.io.Serializable;
                import java.util.List;

                """;
        write("own/src/main/java/org/example/Numbers.java", imports + block("java", "Numbers"));
        write("own/src/main/java/org/example/Squares.java", imports + block("java", "Squares"));
        write("own/src/main/resources/META-INF/batch-jobs/squares.xml", block("xml", "<job id"));
        write("own/src/main/resources/META-INF/batch-jobs/squares.schema.json", block("json", "\"required\""));
        write(
                "own/src/main/resources/META-INF/reprise.properties",
                block("properties", "data-source").replace("ITS-NAME", "ExampleDS"));
        write("own/src/main/webapp/META-INF/jboss-all.xml", block("xml", "<jboss "));
        write("own/src/main/webapp/WEB-INF/web.xml", "<web-app/>");

        Ended packaged = sh(folder.resolve("own"), "mvn package");
        assertThat(packaged.exit()).as(packaged.output()).isZero();
    }

    /** As the block that begins with the command for the server says; where that has dots there may be anything. */
    private static void theJobRuns(Path server, Path running) throws Exception {
        String block = found("(?ms)^```\\R/deployment=shop.war.*?^```");
        List<String> lines =
                block.lines().skip(1).filter(line -> !line.startsWith("```")).toList();
        Ended started = sh(
                folder,
                server.resolve("bin/jboss-cli.sh") + " --connect --controller=localhost:" + (9990 + offset)
                        + " --command='" + lines.get(0) + "'");
        assertThat(started.output()).contains("\"outcome\" => \"success\"");

        await(running, "execution 1 COMPLETED");
        String expected = lines.stream()
                .skip(1)
                .filter(line -> !line.isBlank())
                .map(line ->
                        line.equals("…") ? "" : Pattern.quote(line).replaceAll("\\d+\\.\\d s", "\\\\E[\\\\d.]+ s\\\\Q"))
                .collect(joining(".*?"));
        assertThat(Files.readString(running)).containsPattern(Pattern.compile(expected, Pattern.DOTALL));
    }

    /** That of the project that is made, for whom its server tells a password, and for nobody else. */
    private static void theConsoleIsThere(Path running) throws Exception {
        await(running, "The console is at /shop/reprise/");
        await(running, "    operator");
        Matcher password = Pattern.compile("(?m)^ {4}operator +(\\w+)$").matcher(Files.readString(running));
        assertThat(password.find()).isTrue();
        URI console = URI.create("http://localhost:" + (8080 + offset) + "/shop/reprise/");
        HttpRequest page = HttpRequest.newBuilder(console).build();
        HttpRequest launch = HttpRequest.newBuilder(console.resolve("launch"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header(
                        "Authorization",
                        "Basic "
                                + Base64.getEncoder().encodeToString(("operator:" + password.group(1)).getBytes(UTF_8)))
                .POST(BodyPublishers.ofString("job=squares&day=2026-03-02&wait=60"))
                .build();
        HttpClient client = HttpClient.newHttpClient();

        HttpResponse<String> launched = client.send(launch, BodyHandlers.ofString());
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
        while (launched.statusCode() == 503 && System.nanoTime() < end) { // it is being deployed
            Thread.sleep(200);
            launched = client.send(launch, BodyHandlers.ofString());
        }
        assertThat(launched.statusCode()).as(launched.body()).isEqualTo(200);
        assertThat(launched.body()).contains("COMPLETED");
        assertThat(client.send(page, BodyHandlers.ofString()).statusCode()).isEqualTo(401);
    }

    /** The block of a language that has these words, without the indentation of a list. */
    private static String block(String language, String words) {
        Matcher blocks =
                Pattern.compile("(?ms)^( *)```" + language + "\\R(.*?)^ *```").matcher(chapter);
        List<String> found = blocks.results()
                .filter(block -> block.group(2).contains(words))
                .map((MatchResult block) -> block.group(2).replaceAll("(?m)^" + block.group(1), ""))
                .toList();
        assertThat(found).as(language + " with " + words).isNotEmpty();
        return found.get(0);
    }

    private static String found(String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(chapter);
        assertThat(matcher.find()).as(pattern).isTrue();
        return matcher.group();
    }

    private static String between(String text, String begin, String end) {
        int from = text.indexOf(begin);
        return text.substring(from, text.indexOf(end, from));
    }

    private static void await(Path log, String text) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
        while (!Files.exists(log) || !Files.readString(log).contains(text)) {
            assertThat(System.nanoTime())
                    .as("%s in %s", text, Files.readString(log))
                    .isLessThan(end);
            Thread.sleep(200);
        }
    }

    private static Ended sh(Path where, String commands) throws IOException, InterruptedException {
        File output = Files.createTempFile(folder, "sh", ".log").toFile();
        List<String> command = new ArrayList<>(List.of("sh", "-c", commands));
        ProcessBuilder shell = new ProcessBuilder(command)
                .directory(where.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output);
        shell.environment().merge("PATH", folder.resolve("bin").toString(), (path, own) -> own + ":" + path);
        int exit = shell.start().waitFor();
        return new Ended(exit, Files.readString(output.toPath()));
    }

    private static void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    /** Where nothing listens at the ports of a server. */
    private static int freeOffset() {
        while (true) {
            int tried = ThreadLocalRandom.current().nextInt(1000, 15000);
            if (isFree(8080 + tried) && isFree(8443 + tried) && isFree(9990 + tried)) {
                return tried;
            }
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return free.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
