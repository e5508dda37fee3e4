package dev.reprise.job;

import dev.reprise.log.Shown;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** The text of a job's XML as a tree whose elements know their lines. Nothing but the text itself is read. */
public final class JobXml {

    /** One attribute, with its namespace where it has one. */
    public record Attribute(QName name, String value) {}

    /**
     * One element.
     *
     * @param line where its start tag begins
     * @param text what stands directly in it, white space at its ends left out
     */
    public record Element(
            QName name, int line, List<Attribute> attributes, List<Element> children, StringBuilder text) {

        public String tag() {
            return name.getLocalPart();
        }

        public Optional<String> attribute(String attribute) {
            return attributes.stream()
                    .filter(a -> a.name().getNamespaceURI().isEmpty()
                            && a.name().getLocalPart().equals(attribute))
                    .map(Attribute::value)
                    .findFirst();
        }

        public Stream<Element> children(String tag) {
            return children.stream().filter(child -> child.tag().equals(tag));
        }

        public Stream<Element> withAllInside() {
            return Stream.concat(Stream.of(this), children.stream().flatMap(Element::withAllInside));
        }
    }

    /** Why a text is no job's XML. */
    public static final class Unreadable extends Exception {

        private static final long serialVersionUID = 1L;

        private final int line;

        Unreadable(int line, String message) {
            super(message);
            this.line = line;
        }

        public int line() {
            return line;
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }

    /** Deeper than anything that people write, and not so deep that walking the tree needs a larger stack. */
    private static final int DEEPEST = 100;

    private JobXml() {}

    public static Element read(byte[] xml) throws Unreadable {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try {
            XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(xml));
            try {
                return read(reader, lineAfterProlog(xml));
            } finally {
                reader.close();
            }
        } catch (XMLStreamException e) {
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNumber());
            throw new Unreadable(line, "it is not well-formed: " + reason(e) + ". Mend it there");
        }
    }

    private static Element read(XMLStreamReader reader, int afterProlog) throws XMLStreamException, Unreadable {
        Deque<Element> open = new ArrayDeque<>();
        Element root = null;
        // A reader stands behind the event that it reports, so a tag begins where the event before it ended. White
        // space
        // is such an event only inside the first tag.
        int line = afterProlog;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.DTD ->
                    throw new Unreadable(line, "it has a DOCTYPE, which is never read. Remove it");
                case XMLStreamConstants.START_ELEMENT -> {
                    Element element = element(reader, line);
                    if (open.isEmpty()) {
                        root = element;
                    } else {
                        open.element().children().add(element);
                    }
                    open.push(element);
                    if (open.size() > DEEPEST) {
                        throw new Unreadable(line, "its elements lie more than " + DEEPEST + " deep. Nest them less");
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> open.pop();
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    if (!open.isEmpty()) {
                        open.element().text().append(reader.getText().strip());
                    }
                }
                default -> {
                    // comments, processing instructions
                }
            }
            line = root == null ? afterProlog : reader.getLocation().getLineNumber();
        }
        if (root == null) {
            throw new Unreadable(1, "it is empty. Write a <job>");
        }
        return root;
    }

    /** Where the first tag or the DOCTYPE begins: after the declaration, comments and white space. */
    private static int lineAfterProlog(byte[] xml) {
        String text = new String(xml, StandardCharsets.ISO_8859_1);
        int at = 0;
        while (true) {
            at = text.indexOf('<', at);
            String end = text.startsWith("<?", at) ? "?>" : text.startsWith("<!--", at) ? "-->" : "";
            int behind = at < 0 || end.isEmpty() ? -1 : text.indexOf(end, at);
            if (behind < 0) {
                return 1
                        + (int) text.substring(0, Math.max(0, at))
                                .chars()
                                .filter(c -> c == '\n')
                                .count();
            }
            at = behind + end.length();
        }
    }

    private static Element element(XMLStreamReader reader, int line) {
        List<Attribute> attributes = new ArrayList<>();
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            attributes.add(new Attribute(reader.getAttributeName(i), reader.getAttributeValue(i)));
        }
        return new Element(reader.getName(), line, attributes, new ArrayList<>(), new StringBuilder());
    }

    /** The parser's reason without the place, which it writes before it. */
    private static String reason(XMLStreamException e) {
        String message = String.valueOf(e.getMessage());
        int at = message.indexOf("Message: ");
        return Shown.text((at < 0 ? message : message.substring(at + "Message: ".length())).strip())
                .replaceFirst("\\.$", "");
    }
}
