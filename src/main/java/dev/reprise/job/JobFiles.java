package dev.reprise.job;

import dev.reprise.log.Shown;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import org.jberet.creation.ArchiveXmlLoader;
import org.jberet.job.model.Job;
import org.jberet.tools.AbstractJobXmlResolver;
import org.jspecify.annotations.Nullable;

/** The files of {@code META-INF/batch-jobs} and no others: none that would make the engine's parser read others. */
public final class JobFiles extends AbstractJobXmlResolver {

    public static final String FOLDER = "META-INF/batch-jobs/";
    public static final String XML = ".xml";

    private final ClassLoader application;

    public JobFiles(ClassLoader application) {
        this.application = application;
    }

    /** Without {@code .xml}. */
    public static String nameOf(String jobXmlName) {
        return jobXmlName.endsWith(XML) ? jobXmlName.substring(0, jobXmlName.length() - XML.length()) : jobXmlName;
    }

    /** The file of that name, without {@code .xml}; null if there is none. */
    public byte @Nullable [] bytes(String name) throws IOException {
        if (name.indexOf('/') >= 0 || name.indexOf('\\') >= 0) {
            return null; // a job is a file in that very folder
        }
        try (InputStream stream = application.getResourceAsStream(FOLDER + name + XML)) {
            return stream == null ? null : stream.readAllBytes();
        }
    }

    /**
     * The engine's model of a job, with all that is inherited.
     *
     * @throws jakarta.batch.operations.BatchRuntimeException if the engine cannot read it
     */
    public Job load(String name) {
        return ArchiveXmlLoader.loadJobXml(name, application, new ArrayList<>(), this);
    }

    @Override
    public InputStream resolveJobXml(String jobXml, ClassLoader classLoader) throws IOException {
        byte[] xml = bytes(nameOf(jobXml));
        if (xml == null) {
            throw new IOException("there is no " + FOLDER + Shown.text(jobXml) + ".");
        }
        try {
            JobXml.read(xml);
        } catch (JobXml.Unreadable e) {
            throw new IOException(FOLDER + Shown.text(jobXml) + ":" + e.line() + ": " + e.getMessage() + ".", e);
        }
        return new ByteArrayInputStream(xml);
    }
}
