package dev.reprise.job;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.jberet.creation.ArchiveXmlLoader;
import org.jberet.job.model.Job;
import org.jberet.tools.AbstractJobXmlResolver;

/** Jobs as the engine's own parser reads them from XML as a deployment holds it. */
final class Jobs {

    private Jobs() {}

    /** The job {@code flights} with these attributes and elements. */
    static Job of(String attributes, String elements) {
        String xml = "<job id=\"flights\" version=\"2.0\" xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" " + attributes
                + ">" + elements + "</job>";
        return ArchiveXmlLoader.loadJobXml(
                "flights", Jobs.class.getClassLoader(), new ArrayList<>(), new AbstractJobXmlResolver() {
                    @Override
                    public InputStream resolveJobXml(String jobXml, ClassLoader classLoader) {
                        return new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8));
                    }
                });
    }
}
