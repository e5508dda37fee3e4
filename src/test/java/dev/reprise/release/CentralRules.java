package dev.reprise.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * What {@code ./mvnw -Prelease verify} would publish keeps the rules of Maven Central
 * (<a href="https://central.sonatype.org/publish/requirements/">Sonatype, Requirements</a>), but for signatures, which are
 * made with the key of who publishes; and two builds are the same to the byte. No test of the usual runs: see the profile.
 */
class CentralRules {

    private static final Path RELEASE = Path.of("target", "release");
    private static final Path ONE = RELEASE.resolve("one/repository/dev/reprise");
    private static final Path TWO = RELEASE.resolve("elsewhere/two/repository/dev/reprise");

    private static final Map<String, String> CHECKSUMS = Map.of("md5", "MD5", "sha1", "SHA-1");

    private static List<Path> files(Path repository) throws IOException {
        try (Stream<Path> files = Files.walk(repository)) {
            return files.filter(Files::isRegularFile)
                    .map(repository::relativize)
                    .filter(file -> !file.getFileName().toString().startsWith("maven-metadata"))
                    .sorted()
                    .toList();
        }
    }

    private static List<Path> publishedFiles() throws IOException {
        return files(ONE).stream()
                .filter(file -> CHECKSUMS.keySet().stream()
                        .noneMatch(kind -> file.toString().endsWith('.' + kind)))
                .toList();
    }

    private static List<Path> poms() throws IOException {
        return publishedFiles().stream()
                .filter(file -> file.toString().endsWith(".pom"))
                .toList();
    }

    private static List<Path> jars() throws IOException {
        return publishedFiles().stream()
                .filter(file -> file.toString().matches(".*-\\d[.\\d]*\\.jar"))
                .toList();
    }

    private static Path beside(Path file, String suffix) {
        return Path.of(file.toString().replaceFirst("\\.(jar|pom)$", suffix));
    }

    /** Everything that {@code artifacts/} builds, and nothing else. */
    @Test
    void publishesAllArtifacts() throws Exception {
        Set<String> modules = new TreeSet<>(texts(xml(Path.of("artifacts/pom.xml")), "/project/modules/module"));
        Set<String> published = new TreeSet<>();
        poms().forEach(pom -> published.add(pom.getName(0).toString()));
        assertThat(published)
                .isEqualTo(modules)
                .contains("reprise", "reprise-console", "reprise-testing", "reprise-bom");
    }

    @TestFactory
    Stream<DynamicTest> pomsSayWhatIsAskedFor() throws IOException {
        return poms().stream()
                .map(file -> DynamicTest.dynamicTest(file.toString(), () -> {
                    Document pom = xml(ONE.resolve(file));
                    for (String needed : List.of(
                            "modelVersion",
                            "groupId",
                            "artifactId",
                            "version",
                            "name",
                            "description",
                            "url",
                            "licenses/license/name",
                            "licenses/license/url",
                            "developers/developer/name",
                            "developers/developer/organization",
                            "developers/developer/organizationUrl",
                            "scm/connection",
                            "scm/developerConnection",
                            "scm/url")) {
                        assertThat(texts(pom, "/project/" + needed))
                                .as(needed)
                                .isNotEmpty()
                                .allSatisfy(
                                        text -> assertThat(text).isNotBlank().doesNotContain("${"));
                    }
                    assertThat(texts(pom, "/project/version")).noneMatch(version -> version.contains("SNAPSHOT"));
                    for (String unwanted :
                            List.of("parent", "repositories", "pluginRepositories", "build", "profiles")) {
                        assertThat(texts(pom, "/project/" + unwanted))
                                .as(unwanted)
                                .isEmpty();
                    }
                    assertThat(texts(pom, "//dependency/version"))
                            .hasSameSizeAs(texts(pom, "//dependency"))
                            .noneMatch(version -> version.contains("SNAPSHOT") || version.contains("${"));
                    assertThat(
                                    texts(
                                            pom,
                                            "//dependency[scope='provided' or scope='test' or scope='system' or optional='true']"))
                            .as("what nobody needs who depends on it")
                            .isEmpty();
                }));
    }

    @TestFactory
    Stream<DynamicTest> jarsHaveSourcesJavadocAndBillOfMaterials() throws IOException {
        assertThat(jars()).isNotEmpty();
        return jars().stream()
                .map(file -> DynamicTest.dynamicTest(file.toString(), () -> {
                    Set<String> classes = new TreeSet<>();
                    entries(ONE.resolve(file)).stream()
                            .filter(name -> name.startsWith("dev/reprise/")
                                    && !name.startsWith("dev/reprise/internal/libraries/"))
                            .filter(name -> name.endsWith(".class"))
                            .forEach(name -> classes.add(name.replaceFirst("(\\$.*)?\\.class$", ".java")));
                    assertThat(classes).isNotEmpty();
                    assertThat(entries(ONE.resolve(file))).contains("META-INF/LICENSE", "META-INF/NOTICE");
                    Set<String> sources = entries(ONE.resolve(beside(file, "-sources.jar")));
                    sources.removeIf(name -> !name.endsWith(".java"));
                    if (!classes.isEmpty()) { // an archetype has sources of others
                        assertThat(sources).isEqualTo(classes);
                    }
                    assertThat(entries(ONE.resolve(beside(file, "-javadoc.jar"))))
                            .contains("index.html", "element-list");
                    assertThat(Files.readString(ONE.resolve(beside(file, "-cyclonedx.json"))))
                            .contains("\"bomFormat\" : \"CycloneDX\"", "Apache-2.0", "\"components\"");
                }));
    }

    /** What is in the library under another name is in its bill of materials. */
    @Test
    void theBillOfMaterialsHasWhatIsShaded() throws IOException {
        Path library = jars().stream()
                .filter(file -> file.startsWith("reprise"))
                .findFirst()
                .orElseThrow();
        assertThat(Files.readString(ONE.resolve(beside(library, "-cyclonedx.json"))))
                .contains("jackson-databind", "jdbi3-core", "flyway-core", "json-schema-validator", "geantyref", "itu")
                .doesNotContain("wildfly", "jakartaee-api", "fastcsv");
    }

    @TestFactory
    Stream<DynamicTest> filesHaveChecksums() throws IOException {
        return publishedFiles().stream()
                .map(file -> DynamicTest.dynamicTest(file.toString(), () -> {
                    for (Map.Entry<String, String> kind : CHECKSUMS.entrySet()) {
                        assertThat(Files.readString(ONE.resolve(file + "." + kind.getKey()), StandardCharsets.US_ASCII)
                                        .strip())
                                .as(kind.getKey())
                                .isEqualTo(digest(kind.getValue(), Files.readAllBytes(ONE.resolve(file))));
                    }
                }));
    }

    @Test
    void isTheSameBuiltElsewhere() throws IOException {
        assertThat(files(TWO)).isEqualTo(files(ONE)).isNotEmpty();
        assertThat(publishedFiles().stream().filter(file -> differ(ONE.resolve(file), TWO.resolve(file))))
                .as("files that differ")
                .isEmpty();
    }

    /** Nothing to fail: how many signatures there would be. */
    @Test
    void saysWhatWouldBeSigned() throws IOException {
        List<Path> files = publishedFiles();
        System.out.println("Would be signed, and published: " + files.size() + " files");
        files.forEach(file -> System.out.println("  " + file.getFileName()));
        assertThat(files).isNotEmpty();
    }

    private static boolean differ(Path one, Path two) {
        try {
            return Files.mismatch(one, two) >= 0;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Set<String> entries(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            Set<String> names = new TreeSet<>();
            zip.stream().forEach(entry -> names.add(entry.getName()));
            return names;
        }
    }

    private static String digest(String algorithm, byte[] bytes) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    }

    private static Document xml(Path file) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    }

    private static List<String> texts(Document pom, String path) throws XPathExpressionException {
        NodeList nodes = (NodeList) XPathFactory.newInstance().newXPath().evaluate(path, pom, XPathConstants.NODESET);
        return IntStream.range(0, nodes.getLength())
                .mapToObj(node -> nodes.item(node).getTextContent())
                .toList();
    }
}
