package dev.reprise.wildfly;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The descriptors of the WAR or EAR that this code lies in: {@code jboss-all.xml} says what the job repository is called,
 * {@code WEB-INF/jboss-web.xml} which security domain knows the users, if any does. Read as WildFly does: of a module of an
 * EAR its own, and where that says nothing of batch, the EAR's.
 */
final class DeploymentDescriptor {

    private static final String EAR = ".ear/";
    private static final String FILE = "META-INF/jboss-all.xml";
    private static final List<String> FILES = List.of("WEB-INF/jboss-all.xml", FILE);
    private static final String WEB_FILE = "WEB-INF/jboss-web.xml";

    static final String WHAT_TO_WRITE = "It needs <jboss xmlns=\"urn:jboss:1.0\">"
            + "<batch xmlns=\"urn:jboss:domain:batch-jberet:3.0\"><job-repository><named name=\"my-application\"/>"
            + "</job-repository></batch></jboss>";

    private DeploymentDescriptor() {}

    /**
     * The name that the WAR or EAR gives to its job repository, which is the application's name in all tables.
     *
     * @param source where this code lies: {@code …/WEB-INF/classes/}, {@code …/WEB-INF/lib/….jar} or {@code ….ear/lib/….jar}
     * @throws IllegalStateException if there is none, with what to write
     */
    static String repositoryName(CodeSource source) {
        List<String> roots = roots(source);
        for (String root : roots) {
            for (String file : FILES) {
                Optional<InputStream> descriptor = open(root, file);
                if (descriptor.isPresent()) {
                    try (InputStream in = descriptor.get()) {
                        Optional<String> name = batchOf(in);
                        if (name.isPresent()) {
                            return name.get();
                        }
                    } catch (IOException e) {
                        throw new IllegalStateException(root + file + " cannot be read: " + e.getMessage(), e);
                    }
                    break; // WildFly reads the first
                }
            }
        }
        throw new IllegalStateException("The "
                + String.join(
                        " and the ",
                        roots.stream()
                                .map(root -> root.endsWith(EAR) ? "EAR" : "WAR")
                                .toList())
                + (roots.size() == 1 ? " has" : " have") + " no " + FILE
                + " that says what the job repository of the application is called. "
                + WHAT_TO_WRITE);
    }

    /** Of the WAR, and of the EAR around it; either may be missing. */
    private static List<String> roots(CodeSource source) {
        String place = source.getLocation().toString();
        List<String> roots = new ArrayList<>();
        int webInf = place.indexOf("/WEB-INF/");
        if (webInf >= 0) {
            roots.add(place.substring(0, webInf + 1));
        }
        int ear = place.indexOf(EAR);
        if (ear >= 0) {
            roots.add(place.substring(0, ear + EAR.length()));
        }
        if (roots.isEmpty()) {
            throw new IllegalStateException(
                    "Reprise must lie in a WAR, in WEB-INF/classes or WEB-INF/lib, or in the lib of"
                            + " an EAR, not in " + place);
        }
        return roots;
    }

    private static Optional<InputStream> open(String root, String file) {
        try {
            return Optional.of(URI.create(root + file).toURL().openStream());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A file of the WAR, or else of the EAR around it. */
    static Optional<InputStream> find(CodeSource source, String file) {
        return roots(source).stream().flatMap(root -> open(root, file).stream()).findFirst();
    }

    /** The security domain that the WAR names; empty if it names none, and for an EAR's library. */
    static Optional<String> securityDomain(CodeSource source) {
        Optional<InputStream> descriptor = open(roots(source).get(0), WEB_FILE);
        if (descriptor.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = descriptor.get()) {
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

    /** Empty if it says nothing of batch. */
    private static Optional<String> batchOf(InputStream xml) {
        boolean batch = false;
        try {
            XMLStreamReader reader = reader(xml);
            boolean inJobRepository = false;
            while (reader.hasNext()) {
                int event = reader.next();
                if (event == XMLStreamReader.START_ELEMENT) {
                    if (inJobRepository && reader.getLocalName().equals("named")) {
                        String name = reader.getAttributeValue(null, "name");
                        if (name != null && !name.isBlank() && name.length() <= 100) {
                            return Optional.of(name);
                        }
                    }
                    batch |= reader.getLocalName().equals("batch");
                    inJobRepository = reader.getLocalName().equals("job-repository");
                }
            }
        } catch (XMLStreamException e) {
            throw new IllegalStateException(FILE + " is not well-formed: " + e.getMessage() + ". " + WHAT_TO_WRITE, e);
        }
        if (batch) {
            throw new IllegalStateException(FILE + " names no job repository (1 to 100 characters). " + WHAT_TO_WRITE);
        }
        return Optional.empty();
    }
}
