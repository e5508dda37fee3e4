package dev.reprise.wildfly;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.security.CodeSource;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The descriptors of the WAR that this code lies in: {@code META-INF/jboss-all.xml} says what the job repository is
 * called, {@code WEB-INF/jboss-web.xml} which security domain knows the users, if any does.
 */
final class DeploymentDescriptor {

    private static final String FILE = "META-INF/jboss-all.xml";
    private static final String WEB_FILE = "WEB-INF/jboss-web.xml";

    private static final String WHAT_TO_WRITE = """
             It needs
              <jboss xmlns="urn:jboss:1.0"><batch xmlns="urn:jboss:domain:batch-jberet:3.0">
                <job-repository><named name="my-application"/></job-repository>
              </batch></jboss>""";

    private DeploymentDescriptor() {}

    /**
     * The name that the WAR gives to its job repository, which is the application's name in all tables.
     *
     * @param source where this code lies: {@code …/WEB-INF/classes/} or {@code …/WEB-INF/lib/….jar}
     * @throws IllegalStateException if there is none, with what to write
     */
    static String repositoryName(CodeSource source) {
        try (InputStream in = open(source, FILE)) {
            return repositoryName(in);
        } catch (IOException e) {
            throw new IllegalStateException("The WAR has no " + FILE + "." + WHAT_TO_WRITE, e);
        }
    }

    private static InputStream open(CodeSource source, String file) throws IOException {
        String place = source.getLocation().toString();
        int webInf = place.indexOf("/WEB-INF/");
        if (webInf < 0) {
            throw new IllegalStateException(
                    "Reprise must lie in a WAR, in WEB-INF/classes or WEB-INF/lib, not in " + place);
        }
        URL url = URI.create(place.substring(0, webInf + 1) + file).toURL();
        return url.openStream();
    }

    /** The security domain that the WAR names; empty if it names none. */
    static Optional<String> securityDomain(CodeSource source) {
        try (InputStream in = open(source, WEB_FILE)) {
            return securityDomain(in);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The same, from the descriptor's text. */
    static Optional<String> securityDomain(InputStream xml) {
        try {
            XMLStreamReader reader = reader(xml);
            while (reader.hasNext()) {
                if (reader.next() == XMLStreamReader.START_ELEMENT
                        && reader.getLocalName().equals("security-domain")) {
                    return Optional.of(reader.getElementText().strip());
                }
            }
        } catch (XMLStreamException e) {
            throw new IllegalStateException(WEB_FILE + " is not well-formed: " + e.getMessage(), e);
        }
        return Optional.empty();
    }

    private static XMLStreamReader reader(InputStream xml) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        return factory.createXMLStreamReader(xml);
    }

    /** The same, from the descriptor's text. */
    static String repositoryName(InputStream xml) {
        try {
            XMLStreamReader reader = reader(xml);
            boolean inJobRepository = false;
            while (reader.hasNext()) {
                int event = reader.next();
                if (event == XMLStreamReader.START_ELEMENT) {
                    if (inJobRepository && reader.getLocalName().equals("named")) {
                        String name = reader.getAttributeValue(null, "name");
                        if (name != null && !name.isBlank() && name.length() <= 100) {
                            return name;
                        }
                    }
                    inJobRepository = reader.getLocalName().equals("job-repository");
                }
            }
        } catch (XMLStreamException e) {
            throw new IllegalStateException(FILE + " is not well-formed: " + e.getMessage() + WHAT_TO_WRITE, e);
        }
        throw new IllegalStateException(FILE + " names no job repository (1 to 100 characters)." + WHAT_TO_WRITE);
    }
}
