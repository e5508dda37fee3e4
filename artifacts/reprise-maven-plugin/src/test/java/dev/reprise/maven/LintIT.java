package dev.reprise.maven;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Maven itself, in a process of its own, on a project with one job. */
class LintIT {

    private static final String JOBS = "src/main/resources/META-INF/batch-jobs/";
    private static final String VERSION = System.getProperty("reprise.it.version");
    private static final String GOAL = "dev.reprise:reprise-maven-plugin:" + VERSION + ":lint";

    @TempDir
    private Path project;

    private record Build(int exit, String log) {}

    @BeforeEach
    void aProjectWithAJob() throws IOException {
        write("pom.xml", """
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
                    <dependency>
                      <groupId>dev.reprise</groupId>
                      <artifactId>reprise</artifactId>
                      <version>%s</version>
                    </dependency>
                  </dependencies>
                  <build>
                    <plugins>
                      <plugin>
                        <groupId>org.apache.maven.plugins</groupId>
                        <artifactId>maven-resources-plugin</artifactId>
                        <version>3.4.0</version>
                      </plugin>
                      <plugin>
                        <groupId>org.apache.maven.plugins</groupId>
                        <artifactId>maven-compiler-plugin</artifactId>
                        <version>3.14.1</version>
                      </plugin>
                      <plugin>
                        <groupId>dev.reprise</groupId>
                        <artifactId>reprise-maven-plugin</artifactId>
                        <version>%s</version>
                        <executions>
                          <execution>
                            <goals><goal>lint</goal></goals>
                          </execution>
                        </executions>
                      </plugin>
                    </plugins>
                  </build>
                </project>
                """.formatted(System.getProperty("reprise.it.jakartaee"), VERSION, VERSION));
        write("src/main/java/shop/Ancestor.java", """
                package shop;
                abstract class Ancestor extends jakarta.batch.api.chunk.AbstractItemReader {
                    protected int last;
                    @Override public Integer checkpointInfo() { return last; }
                }
                """);
        write("src/main/java/shop/Numbers.java", """
                package shop;
                @jakarta.inject.Named
                public class Numbers extends Ancestor {
                    @Override public Integer readItem() { return null; }
                }
                """);
        write("src/main/java/shop/Squares.java", """
                package shop;
                @jakarta.inject.Named
                public class Squares extends jakarta.batch.api.chunk.AbstractItemWriter {
                    @Override public void writeItems(java.util.List<Object> items) { }
                }
                """);
        write(JOBS + "squares.schema.json", """
                {"type": "object", "properties": {"upTo": {"type": "integer"}}}
                """);
        write(JOBS + "squares.xml", job("numbers", "upTo"));
    }

    private static String job(String reader, String parameter) {
        return """
                <job id="squares" xmlns="https://jakarta.ee/xml/ns/jakartaee" version="2.0">
                  <step id="print">
                    <chunk item-count="3">
                      <reader ref="%s">
                        <properties><property name="upTo" value="#{jobParameters['%s']}"/></properties>
                      </reader>
                      <writer ref="squares"/>
                    </chunk>
                  </step>
                </job>
                """.formatted(reader, parameter);
    }

    @Test
    void judgesWithWhatTheProjectHas() throws Exception {
        Build build = maven("process-classes");

        assertThat(build.exit()).as(build.log()).isZero();
        assertThat(build.log()).contains("[INFO] 0 errors and 0 warnings in 1 job\n");
    }

    @Test
    void printsErrorsAsACompilerDoesAndFails() throws Exception {
        write(JOBS + "squares.xml", job("nubmers", "to"));

        Build build = maven("process-classes");

        assertThat(build.exit()).isEqualTo(1);
        assertThat(build.log())
                .contains(
                        "[ERROR] " + JOBS + "squares.xml:4: error: <reader> refers to 'nubmers', and there is no bean,"
                                + " entry of META-INF/batch.xml or class of that name. Did you mean 'numbers'? [ref]\n")
                .contains(
                        "[ERROR] " + JOBS + "squares.xml:5: error: parameter 'to' is not in squares.schema.json, so no"
                                + " launch can give it. Declare it there, or take it out here. [parameter]\n")
                .contains("2 errors and 0 warnings in 1 job, each written above");
    }

    @Test
    void failsOnWarningsWhereThatIsAsked() throws Exception {
        write(JOBS + "squares.xml", job("numbers", "upTo").replace("item-count", "time-limit"));

        Build build = maven("process-classes");
        assertThat(build.exit()).as(build.log()).isZero();
        assertThat(build.log()).contains("[WARNING] " + JOBS + "squares.xml:3: warning: ");

        build = maven("process-classes", "-Dreprise.lint.failOnWarning");
        assertThat(build.exit()).isEqualTo(1);
        assertThat(build.log()).contains("0 errors and 1 warning in 1 job, each written above");
    }

    @Test
    void failsWhereARuleCannotJudge() throws Exception {
        assertThat(maven("process-classes").exit()).isZero();
        Files.delete(project.resolve("target/classes/shop/Ancestor.class"));

        Build build = maven(GOAL);

        assertThat(build.exit()).isEqualTo(1);
        assertThat(build.log())
                .contains(
                        "[ERROR] " + JOBS + "squares.xml:4: error: <reader> refers to 'numbers', and class shop.Numbers"
                                + " needs shop.Ancestor, which is not on the class path. Put there what it needs. [ref]\n");
    }

    @Test
    void failsOnJobsThatItWouldNotJudge() throws Exception {
        String elsewhere = "src/main/webapp/WEB-INF/classes/META-INF/batch-jobs/nightly.xml";
        write(elsewhere, job("numbers", "upTo"));

        Build build = maven("process-classes");
        assertThat(build.exit()).isEqualTo(1);
        assertThat(build.log())
                .contains("Not judged, because not in target/classes/META-INF/batch-jobs: " + elsewhere + ". ");

        Files.delete(project.resolve(JOBS + "squares.xml"));
        build = maven(GOAL, "-Dreprise.lint.folder=" + project.resolve("nowhere"));
        assertThat(build.exit()).isEqualTo(1);
        assertThat(build.log()).contains("Not judged, because not in nowhere: " + elsewhere + ". ");
    }

    @Test
    void countsTheThreadsThatTheServerHas() throws Exception {
        write(JOBS + "squares.xml", """
                <job id="squares" xmlns="https://jakarta.ee/xml/ns/jakartaee" version="2.0">
                  <step id="print">
                    <chunk><reader ref="numbers"/><writer ref="squares"/></chunk>
                    <partition><plan partitions="2"/></partition>
                  </step>
                </job>
                """);

        assertThat(maven("process-classes", "-Dreprise.lint.threads=2").exit()).isZero();
        assertThat(maven("process-classes", "-Dreprise.lint.threads=1").log()).contains("[threads]");
    }

    @Test
    void hasNothingToSayWithoutJobs() throws Exception {
        Files.delete(project.resolve(JOBS + "squares.xml"));

        Build build = maven("process-classes");
        assertThat(build.exit()).as(build.log()).isZero();
        assertThat(build.log()).contains("[INFO] The project has no jobs to judge\n");
    }

    @Test
    void isSkippedWhereThatIsAsked() throws Exception {
        write(JOBS + "squares.xml", job("nubmers", "to"));

        assertThat(maven("process-classes", "-Dreprise.lint.skip").exit()).isZero();
    }

    private void write(String file, String text) throws IOException {
        Path path = project.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private Build maven(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("reprise.it.maven"), "bin", "mvn").toString(),
                "--batch-mode",
                "--offline",
                "-Dmaven.repo.local=" + System.getProperty("reprise.it.repository"),
                "-Dmaven.repo.local.tail=" + System.getProperty("reprise.it.downloads")));
        command.addAll(List.of(arguments));
        File log = project.resolve("build.log").toFile();
        ProcessBuilder maven = new ProcessBuilder(command)
                .directory(project.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log);
        maven.environment().put("MAVEN_OPTS", "-XX:TieredStopAtLevel=1");
        return new Build(maven.start().waitFor(), Files.readString(log.toPath()));
    }
}
