package dev.reprise.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jberet.spi.JobXmlResolver;
import org.jspecify.annotations.Nullable;

/** The job XML of a folder on the class path. */
final class JobFolder implements JobXmlResolver {

    private static final String XML = ".xml";

    private final String folder;

    /**
     * @param folder such as {@code META-INF/batch-jobs}
     */
    JobFolder(String folder) {
        this.folder = folder;
    }

    /** The engine's interface says null for what is not there. */
    @Override
    public @Nullable InputStream resolveJobXml(String jobXml, ClassLoader loader) {
        return loader.getResourceAsStream(folder + "/" + jobXml);
    }

    @Override
    public Collection<String> getJobXmlNames(ClassLoader loader) {
        Collection<String> names = new TreeSet<>();
        try {
            for (URL url : Collections.list(loader.getResources(folder))) {
                URI place = url.toURI();
                if (url.getProtocol().equals("file")) {
                    add(Path.of(place), names);
                } else if (url.getProtocol().equals("jar")) {
                    try (FileSystem jar = FileSystems.newFileSystem(place, Map.of())) {
                        add(jar.getPath(folder), names);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        return names;
    }

    private static void add(Path place, Collection<String> names) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(XML))
                    .forEach(names::add);
        }
    }

    /** File name = job id (contract.md §1). */
    @Override
    public String resolveJobName(String jobXml, ClassLoader loader) {
        return jobXml.substring(0, jobXml.length() - XML.length());
    }
}
