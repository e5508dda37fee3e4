package dev.reprise.sample.flights;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reprise.parameters.ParameterFault;
import dev.reprise.parameters.ParameterSchema;
import jakarta.batch.api.BatchProperty;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** That the job's XML, its schema and its beans speak of the same names. */
class JobDefinitionTest {

    @Test
    void everyArtifactIsABeanThatGetsThePropertiesItAsksFor() throws Exception {
        Document job = job();
        int artifacts = 0;
        for (String kind :
                new String[] {"listener", "reader", "processor", "writer", "batchlet", "mapper", "decision"}) {
            NodeList elements = job.getElementsByTagName(kind);
            for (int i = 0; i < elements.getLength(); i++) {
                Element element = (Element) elements.item(i);
                String ref = element.getAttribute("ref");
                Class<?> bean = Class.forName(getClass().getPackageName() + "."
                        + ref.substring(0, 1).toUpperCase(Locale.ROOT) + ref.substring(1));
                assertThat(bean).hasAnnotation(Named.class);
                assertThat(properties(element)).as(ref).isEqualTo(wanted(bean));
                artifacts++;
            }
        }
        assertThat(artifacts).isEqualTo(11);
    }

    private static Set<String> properties(Element artifact) {
        Set<String> names = new TreeSet<>();
        NodeList properties = artifact.getElementsByTagName("property");
        for (int i = 0; i < properties.getLength(); i++) {
            names.add(((Element) properties.item(i)).getAttribute("name"));
        }
        return names;
    }

    private static Set<String> wanted(Class<?> bean) {
        Set<String> names = new TreeSet<>();
        for (Constructor<?> constructor : bean.getDeclaredConstructors()) {
            if (constructor.isAnnotationPresent(Inject.class)) {
                for (Parameter parameter : constructor.getParameters()) {
                    BatchProperty property = parameter.getAnnotation(BatchProperty.class);
                    if (property != null) {
                        names.add(property.name());
                    }
                }
            }
        }
        return names;
    }

    @Test
    void theSchemaHasTheParametersThatTheJobReadsAndTheirDefaults() throws Exception {
        JsonNode schema;
        try (InputStream in = resource("flight-performance.schema.json")) {
            schema = new ObjectMapper().readTree(in);
        }
        String xml;
        try (InputStream in = resource("flight-performance.xml")) {
            xml = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
        Set<String> read = new TreeSet<>();
        Matcher matcher = Pattern.compile("#\\{jobParameters\\['(\\w+)'\\]\\}(?:\\?:(\\w+);)?")
                .matcher(xml);
        while (matcher.find()) {
            String name = matcher.group(1);
            read.add(name);
            assertThat(matcher.group(2))
                    .as(name)
                    .isEqualTo(schema.at("/properties/" + name + "/default").asText(null));
        }
        Set<String> declared = new TreeSet<>();
        schema.get("properties").fieldNames().forEachRemaining(declared::add);
        assertThat(declared).isEqualTo(read).hasSize(5);
        for (String name : declared) {
            assertThat(schema.at("/properties/" + name + "/x-identifying").asBoolean())
                    .as(name)
                    .isEqualTo(name.equals("month"));
        }
        Pattern month = Pattern.compile(schema.at("/properties/month/pattern").asText());
        assertThat(Arrays.asList("2001-01", "1999-12"))
                .allMatch(value -> month.matcher(value).find());
        assertThat(Arrays.asList("2001-13", "2001-00", "2001-1", "x2001-01", "2001-01x"))
                .noneMatch(value -> month.matcher(value).find());
    }

    @Test
    void whatItsParametersNameLiesInItsFolders() throws Exception {
        JsonNode schema;
        try (InputStream in = resource("flight-performance.schema.json")) {
            schema = new ObjectMapper().readTree(in);
        }
        assertThat(schema.at("/properties/input/x-root").asText()).isEqualTo(SampleFiles.INPUT_FOLDER.toString());
        assertThat(schema.at("/properties/reportDirectory/x-root").asText())
                .isEqualTo(SampleFiles.REPORT_FOLDER.toString());

        ParameterSchema read = ParameterSchema.find("flight-performance", JobDefinitionTest.class.getClassLoader())
                .orElseThrow();
        assertThat(read.resolve(Map.of("month", "2001-01", "input", "flights-2001-01.csv.gz", "reportDirectory", "new"))
                        .faults())
                .isEmpty();
        assertThat(read.resolve(Map.of(
                                "month", "2001-01",
                                "input", "/proc/self/environ",
                                "reportDirectory", "../../standalone/deployments"))
                        .faults())
                .extracting(ParameterFault::toString)
                .containsExactly(
                        "input: '/proc/self/environ' cannot be used: it lies outside of the folder "
                                + SampleFiles.INPUT_FOLDER,
                        "reportDirectory: '../../standalone/deployments' cannot be used: it lies outside of the folder "
                                + SampleFiles.REPORT_FOLDER);
    }

    private static Document job() throws Exception {
        try (InputStream in = resource("flight-performance.xml")) {
            Document document =
                    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
            assertThat(document.getDocumentElement().getAttribute("id")).isEqualTo("flight-performance");
            return document;
        }
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(
                JobDefinitionTest.class.getResourceAsStream("/META-INF/batch-jobs/" + name), name);
    }
}
