package dev.reprise.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** The WAR of both WildFlys: the same classes and jobs; Reprise's has the library and its lines of {@code jboss-all.xml}. */
final class BenchWar {

    /** Jobs among which a history is spread. */
    static final int JOBS = 10;

    /** What the library needs in {@code WEB-INF/lib}. */
    private static final List<String> NEEDED = List.of(
            "fastcsv-", "flyway-", "geantyref-", "itu-", "jackson-", "jdbi3-", "json-schema-validator-", "jspecify-");

    private static final String JBOSS_ALL = """
            <jboss xmlns="urn:jboss:1.0"><batch xmlns="urn:jboss:domain:batch-jberet:3.0">
              <job-repository><named name="bench"/></job-repository>
              <restart-jobs-on-resume value="false"/>
            </batch></jboss>
            """;

    private static final String BEANS = """
            <beans xmlns="https://jakarta.ee/xml/ns/jakartaee" version="4.0" bean-discovery-mode="annotated"/>
            """;

    private static final String BATCHLET = """
            <job id="%s" xmlns="https://jakarta.ee/xml/ns/jakartaee" version="2.0">
              <step id="step">
                <batchlet ref="nothing"/>
              </step>
            </job>
            """;

    private static final String TEN_ITEMS = """
            <job id="ten-items" xmlns="https://jakarta.ee/xml/ns/jakartaee" version="2.0">
              <step id="step">
                <chunk item-count="10">
                  <reader ref="tenItems"/>
                  <writer ref="noWriter"/>
                </chunk>
              </step>
            </job>
            """;

    private static final String IMPORT = """
            <job id="import" xmlns="https://jakarta.ee/xml/ns/jakartaee" version="2.0">
              <step id="load">
                <chunk item-count="#{jobParameters['chunk']}">
                  <reader ref="flightReader">
                    <properties>
                      <property name="file" value="#{jobParameters['file']}"/>
                    </properties>
                  </reader>
                  <writer ref="flightWriter"/>
                </chunk>
              </step>
            </job>
            """;

    private static final String IMPORT_BULK = IMPORT.replace("job id=\"import\"", "job id=\"import-bulk\"")
            .replace("flightReader", "recordReader")
            .replace("flightWriter", "bulkFlightWriter");

    private static final String IMPORT_PARTITIONED = partitioned(
            IMPORT.replace("job id=\"import\"", "job id=\"import-partitioned\"")
                    .replace("#{jobParameters['file']}", "#{partitionPlan['file']}"),
            "filePerPartition",
            "file",
            "partitions");

    private static final String IMPORT_DISTRIBUTED = distributed(IMPORT_PARTITIONED, "import-partitioned");

    private static final String PART = """
            <job id="parts" xmlns="https://jakarta.ee/xml/ns/jakartaee" version="2.0">
              <step id="load">
                <chunk item-count="10">
                  <reader ref="partReader">%s</reader>
                  <writer ref="noWriter"/>
                </chunk>
              </step>
            </job>
            """.formatted(parameters("items", "pause", "burn"));

    private static final String PARTS = partitioned(PART, "parts", "partitions", "threads");

    private BenchWar() {}

    /** As properties of an artifact, by the same names. */
    private static String parameters(String... names) {
        return Arrays.stream(names)
                .map(name -> "<property name=\"%s\" value=\"#{jobParameters['%s']}\"/>".formatted(name, name))
                .collect(Collectors.joining("", "<properties>", "</properties>"));
    }

    private static String partitioned(String job, String mapper, String... parameters) {
        return job.replace("</chunk>\n", """
                </chunk>
                    <partition>
                      <mapper ref="%s">%s</mapper>
                    </partition>
                """.formatted(mapper, parameters(parameters)));
    }

    /** Its partitions run on whichever nodes have room; the property means nothing to stock WildFly. */
    private static String distributed(String job, String id) {
        return job.replace("job id=\"" + id + "\"", "job id=\"" + id + "-distributed\"")
                .replace("<step id=\"load\">\n", """
                        <step id="load">
                            <properties>
                              <property name="reprise.partitions" value="distributed"/>
                            </properties>
                        """);
    }

    /**
     * Writes the WAR.
     *
     * @param library Reprise's, or a path that need not exist for the other peer
     */
    static Path write(Folders folders, PeerKind kind, Path library) {
        Path war = folders.run().resolve("war-" + kind.id() + ".war");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(war))) {
            add(zip, "WEB-INF/beans.xml", BEANS);
            for (int i = 0; i < JOBS; i++) {
                add(zip, job("job-" + i), BATCHLET.formatted("job-" + i));
            }
            add(zip, job("ten-items"), TEN_ITEMS);
            add(zip, job("import"), IMPORT);
            add(zip, job("import-partitioned"), IMPORT_PARTITIONED);
            add(zip, job("import-partitioned-distributed"), IMPORT_DISTRIBUTED);
            add(zip, job("parts"), PARTS);
            add(zip, job("parts-distributed"), distributed(PARTS, "parts"));
            addClasses(zip, folders.classes(), "dev/reprise/bench/peer");
            addClasses(zip, folders.classes(), "dev/reprise/bench/war");
            if (kind == PeerKind.REPRISE) {
                add(zip, "META-INF/jboss-all.xml", JBOSS_ALL);
                addLibraries(zip, library);
                if (hasBulkWriter(library)) {
                    addClasses(zip, folders.classes(), "dev/reprise/bench/bulk");
                    add(zip, job("import-bulk"), IMPORT_BULK);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return war;
    }

    private static String job(String name) {
        return "WEB-INF/classes/META-INF/batch-jobs/" + name + ".xml";
    }

    private static void addClasses(ZipOutputStream zip, Path classes, String folder) throws IOException {
        try (Stream<Path> files = Files.list(classes.resolve(folder))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                add(zip, "WEB-INF/classes/" + folder + "/" + file.getFileName(), Files.readAllBytes(file));
            }
        }
    }

    private static void addLibraries(ZipOutputStream zip, Path library) throws IOException {
        Path others = library.resolveSibling("ROOT/WEB-INF/lib");
        if (!Files.exists(library) || !Files.exists(others)) {
            throw new UsageException(library + " and " + others
                    + " are needed: build them with ./mvnw package, or name another --library.");
        }
        add(zip, "WEB-INF/lib/" + library.getFileName(), Files.readAllBytes(library));
        try (Stream<Path> files = Files.list(others)) {
            for (Path file : files.filter(BenchWar::isNeeded).toList()) {
                add(zip, "WEB-INF/lib/" + file.getFileName(), Files.readAllBytes(file));
            }
        }
    }

    /** Whether that build of the library has the items that it is compared with. */
    static boolean hasBulkWriter(Path library) {
        try (ZipFile zip = new ZipFile(library.toFile())) {
            return zip.getEntry("dev/reprise/item/BulkWriter.class") != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isNeeded(Path file) {
        return NEEDED.stream().anyMatch(file.getFileName().toString()::startsWith);
    }

    private static void add(ZipOutputStream zip, String name, String text) throws IOException {
        add(zip, name, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }
}
