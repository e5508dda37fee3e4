package dev.reprise.lint;

import dev.reprise.job.JobXml;
import jakarta.batch.api.Batchlet;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import javax.xml.validation.ValidatorHandler;
import org.jspecify.annotations.Nullable;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.AttributesImpl;
import org.xml.sax.helpers.LocatorImpl;

/**
 * The XML Schema of Jakarta Batch's jobs, {@code jobXML_2_0.xsd} as the JAR of its API holds it. Nothing is checked where
 * that JAR is not to be found.
 *
 * <p>What the engine allows beyond it is left out before it is asked: {@code <script>} in the place of a {@code ref},
 * inheritance ({@code parent}, {@code abstract}, {@code jsl-name}, {@code merge}, and a chunk's reader or writer that
 * another step has), and the namespace and version that
 * jobs had before Jakarta.
 */
final class JobXsd {

    private static final String FILE = "/xsd/jobXML_2_0.xsd";
    private static final String NAMESPACE = "https://jakarta.ee/xml/ns/jakartaee";
    private static final String NAMESPACE_BEFORE = "http://xmlns.jcp.org/xml/ns/javaee";

    private static final Set<String> OF_INHERITANCE = Set.of("parent", "abstract", "jsl-name", "merge");

    private static final Set<String> BEFORE_A_WRITER = Set.of("reader", "processor");

    /** The name of the rule that is broken, which the parser writes before its sentence. */
    private static final Pattern CODE = Pattern.compile("^(cvc|s4s|src)-[^:]*: ");

    private static final Pattern OPENING_NAMESPACE = Pattern.compile("\"" + Pattern.quote(NAMESPACE) + "\":");

    /** Compiled once for each class loader, and so once for each deployment. */
    private static final class Compiled {

        static final @Nullable Schema SCHEMA = compile();

        private static @Nullable Schema compile() {
            try (InputStream xsd = Batchlet.class.getResourceAsStream(FILE)) {
                if (xsd == null) {
                    return null;
                }
                SchemaFactory factory = SchemaFactory.newDefaultInstance();
                factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
                factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
                factory.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
                return factory.newSchema(new StreamSource(xsd));
            } catch (IOException | SAXException e) {
                return null; // the standard's own file: nothing that a job could be blamed for
            }
        }
    }

    /** One place where a job is not as the schema says. */
    record Violation(int line, String what) {}

    private JobXsd() {}

    static List<Violation> violations(JobXml.Element root) {
        Schema schema = Compiled.SCHEMA;
        if (schema == null) {
            return List.of();
        }
        List<Violation> violations = new ArrayList<>();
        ValidatorHandler handler = schema.newValidatorHandler();
        handler.setErrorHandler(new Collector(violations));
        LocatorImpl place = new LocatorImpl();
        handler.setDocumentLocator(place);
        try {
            handler.setProperty("http://apache.org/xml/properties/locale", Locale.ENGLISH);
            handler.startDocument();
            replay(root, false, handler, place);
            handler.endDocument();
        } catch (SAXException e) {
            violations.add(new Violation(root.line(), String.valueOf(e.getMessage())));
        }
        return violations;
    }

    /**
     * @param inherits whether the element is of a step that inherits or is inherited, so that parts of it may be elsewhere
     */
    private static void replay(JobXml.Element element, boolean inherits, ValidatorHandler handler, LocatorImpl place)
            throws SAXException {
        String namespace = element.name().getNamespaceURI();
        boolean before = namespace.equals(NAMESPACE_BEFORE);
        String uri = before ? NAMESPACE : namespace;
        boolean scripted = element.children("script").findAny().isPresent();
        AttributesImpl attributes = new AttributesImpl();
        for (JobXml.Attribute attribute : element.attributes()) {
            String name = attribute.name().getLocalPart();
            boolean own = attribute.name().getNamespaceURI().isEmpty();
            if (own && OF_INHERITANCE.contains(name)) {
                continue;
            }
            boolean versionBefore =
                    own && before && name.equals("version") && attribute.value().equals("1.0");
            attributes.addAttribute(
                    attribute.name().getNamespaceURI(), name, name, "CDATA", versionBefore ? "2.0" : attribute.value());
        }
        if (scripted && attributes.getIndex("", "ref") < 0) {
            attributes.addAttribute("", "ref", "ref", "CDATA", "script");
        }
        place.setLineNumber(element.line());
        handler.startElement(uri, element.tag(), element.tag(), attributes);
        if (!element.text().isEmpty()) {
            char[] text = element.text().toString().toCharArray();
            handler.characters(text, 0, text.length);
        }
        boolean insideInherits = inherits
                || element.attribute("parent").isPresent()
                || element.attribute("abstract").isPresent();
        boolean partly = inherits && element.tag().equals("chunk");
        boolean writerElsewhere = partly && element.children("writer").findAny().isEmpty();
        if (partly && element.children("reader").findAny().isEmpty()) {
            standIn("reader", uri, handler);
        }
        for (JobXml.Element child : element.children()) {
            if (child.tag().equals("script")) {
                continue;
            }
            if (writerElsewhere && !BEFORE_A_WRITER.contains(child.tag())) {
                standIn("writer", uri, handler);
                writerElsewhere = false;
            }
            replay(child, insideInherits, handler, place);
        }
        if (writerElsewhere) {
            standIn("writer", uri, handler);
        }
        place.setLineNumber(element.line()); // what is missing in it, it should have
        handler.endElement(uri, element.tag(), element.tag());
    }

    /** For what the engine takes from another step. */
    private static void standIn(String tag, String uri, ValidatorHandler handler) throws SAXException {
        AttributesImpl attributes = new AttributesImpl();
        attributes.addAttribute("", "ref", "ref", "CDATA", "inherited");
        handler.startElement(uri, tag, tag, attributes);
        handler.endElement(uri, tag, tag);
    }

    private record Collector(List<Violation> violations) implements ErrorHandler {

        @Override
        public void warning(SAXParseException e) {
            // none of the schema's
        }

        @Override
        public void error(SAXParseException e) {
            if (String.valueOf(e.getMessage()).startsWith("cvc-attribute.3")) {
                return; // says once more what the error before it has said better
            }
            String message = CODE.matcher(String.valueOf(e.getMessage())).replaceFirst("");
            String what = OPENING_NAMESPACE.matcher(message).replaceAll("").strip();
            if (what.startsWith("Cannot find the declaration of element 'job'")) {
                what += " Write <job xmlns=\"" + NAMESPACE + "\" version=\"2.0\" …>";
            }
            violations.add(new Violation(Math.max(1, e.getLineNumber()), what));
        }

        @Override
        public void fatalError(SAXParseException e) {
            error(e);
        }
    }
}
