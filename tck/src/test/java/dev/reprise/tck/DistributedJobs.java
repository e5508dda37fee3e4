package dev.reprise.tck;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.jboss.shrinkwrap.api.Node;
import org.jboss.shrinkwrap.api.asset.ByteArrayAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** {@code -Dtck.distributed=true}: any node may run the partitions of each partitioned step of the TCK's jobs. */
final class DistributedJobs {

    private static final String JOBS = "META-INF/batch-jobs/";

    private DistributedJobs() {}

    /** Puts the TCK's jobs that have partitions before those in its JAR. */
    static void of(WebArchive war) {
        for (Node jar : war.getContent(path -> path.get().endsWith(".jar") && RepriseInTheWar.isOfTheTck(path.get()))
                .values()) {
            try (InputStream in = jar.getAsset().openStream();
                    ZipInputStream entries = new ZipInputStream(in)) {
                for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                    if (entry.getName().startsWith(JOBS) && entry.getName().endsWith(".xml")) {
                        String name = entry.getName();
                        parsed(entries.readAllBytes())
                                .filter(DistributedJobs::distribute)
                                .ifPresent(job -> war.addAsResource(new ByteArrayAsset(text(job)), name));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Empty for one that is no XML, as some of the TCK are meant to be. */
    private static Optional<Document> parsed(byte[] job) throws IOException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null); // which would print
            return Optional.of(builder.parse(new ByteArrayInputStream(job)));
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        } catch (SAXException e) {
            return Optional.empty();
        }
    }

    private static byte[] text(Document document) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            TransformerFactory.newInstance()
                    .newTransformer()
                    .transform(new DOMSource(document), new StreamResult(text));
        } catch (TransformerException e) {
            throw new IllegalStateException(e);
        }
        return text.toByteArray();
    }

    /** Returns whether it has such steps. */
    private static boolean distribute(Document job) {
        NodeList partitions = job.getElementsByTagNameNS("*", "partition");
        for (int i = 0; i < partitions.getLength(); i++) {
            Element step = (Element) partitions.item(i).getParentNode();
            Element property = job.createElementNS(step.getNamespaceURI(), "property");
            property.setAttribute("name", "reprise.partitions");
            property.setAttribute("value", "distributed");
            properties(step).appendChild(property);
        }
        return partitions.getLength() > 0;
    }

    /** They come first in a step, if there are any. */
    private static Element properties(Element step) {
        for (org.w3c.dom.Node child = step.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element && "properties".equals(child.getLocalName())) {
                return (Element) child;
            }
        }
        Element properties = step.getOwnerDocument().createElementNS(step.getNamespaceURI(), "properties");
        step.insertBefore(properties, step.getFirstChild());
        return properties;
    }
}
