package dev.reprise.lint;

import dev.reprise.lint.Finding.Severity;
import jakarta.enterprise.inject.Model;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Stereotype;
import jakarta.inject.Named;
import java.beans.Introspector;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A class path without a server: beans are the classes, producer methods and producer fields that {@link Named} or a
 * stereotype of {@link Model}'s kind names. Classes are loaded and not initialised. Names that an extension of CDI
 * gives are not seen.
 */
final class ClasspathSurroundings implements Surroundings {

    private static final String CLASS = ".class";

    private final ClassLoader loader;
    private final int threads;
    private final Map<String, Artifact> named = new TreeMap<>();

    /** Classes that need others which are not on this class path: nobody can tell what they name. */
    private final Map<String, String> unreadable = new TreeMap<>();

    /** Whether JARs have been searched that are not marked as holding beans; only for a name that nobody else has. */
    private boolean searchedEverywhere;

    ClasspathSurroundings(ClassLoader loader, int threads) {
        this.loader = loader;
        this.threads = threads;
        try {
            for (Path folder : folders("")) {
                searchFolder(folder);
            }
            for (URL jar : jarsWith("META-INF/beans.xml")) {
                searchJar(jar);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The class path cannot be searched for beans", e);
        }
    }

    @Override
    public synchronized Optional<Artifact> bean(String name) {
        Artifact bean = named.get(name);
        if (bean != null) {
            return Optional.of(bean);
        }
        if (!searchedEverywhere) {
            searchedEverywhere = true;
            try {
                for (URL jar : jarsWith(JarFile.MANIFEST_NAME)) {
                    searchJar(jar);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("The class path cannot be searched for beans", e);
            }
        }
        return Optional.ofNullable(named.get(name));
    }

    @Override
    public synchronized Collection<String> beanNames() {
        return List.copyOf(named.keySet());
    }

    /** One that CDI would name so; what else a class that cannot be read names, nobody knows. */
    @Override
    public synchronized Optional<String> unreadable(String name) {
        return unreadable.entrySet().stream()
                .filter(entry ->
                        Introspector.decapitalize(simpleName(entry.getKey())).equals(name))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static String simpleName(String className) {
        return className.substring(Math.max(className.lastIndexOf('.'), className.lastIndexOf('$')) + 1);
    }

    /** Who builds a job can put on the class path what is missing. */
    @Override
    public Severity unjudged() {
        return Severity.ERROR;
    }

    @Override
    public int threads() {
        return threads;
    }

    /** Which data source a name leads to is the server's to say. */
    @Override
    public Optional<String> stranger(String jndiName) {
        return Optional.empty();
    }

    /** The folders of the class path in which there is something of this name. */
    private Set<Path> folders(String name) throws IOException {
        return folders(loader, name);
    }

    static Set<Path> folders(ClassLoader loader, String name) throws IOException {
        Set<Path> folders = new TreeSet<>();
        for (Enumeration<URL> found = loader.getResources(name); found.hasMoreElements(); ) {
            URL url = found.nextElement();
            if (url.getProtocol().equals("file")) {
                Path folder = Path.of(URI.create(url.toString()));
                if (Files.isDirectory(folder)) {
                    folders.add(folder);
                }
            }
        }
        return folders;
    }

    private Set<URL> jarsWith(String name) throws IOException {
        Map<String, URL> jars = new TreeMap<>();
        for (Enumeration<URL> found = loader.getResources(name); found.hasMoreElements(); ) {
            URL url = found.nextElement();
            if (url.getProtocol().equals("jar")) {
                jars.put(url.toString(), url);
            }
        }
        return Set.copyOf(jars.values());
    }

    private void searchFolder(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.map(file -> folder.relativize(file).toString().replace('\\', '/'))
                    .filter(name -> name.endsWith(CLASS))
                    .forEach(this::addBeansOf);
        }
    }

    private void searchJar(URL inside) throws IOException {
        JarURLConnection connection = (JarURLConnection) inside.openConnection();
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                if (entry.getName().endsWith(CLASS) && !entry.getName().startsWith("META-INF/")) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        if (mayNameABean(in.readAllBytes())) {
                            addBeansOf(entry.getName());
                        }
                    }
                }
            }
        }
    }

    /** A class file has the names of its annotations in it as they are. */
    private static boolean mayNameABean(byte[] classFile) {
        String text = new String(classFile, StandardCharsets.ISO_8859_1);
        return text.contains("Ljakarta/inject/Named;") || text.contains("Ljakarta/enterprise/inject/Model;");
    }

    private void addBeansOf(String classFile) {
        String name =
                classFile.substring(0, classFile.length() - CLASS.length()).replace('/', '.');
        if (name.endsWith("-info")) {
            return;
        }
        try {
            Class<?> type = Class.forName(name, false, loader);
            if (isNamed(type)) {
                String simple = type.getSimpleName();
                add(nameOf(type, Introspector.decapitalize(simple)), type);
            }
            for (Method method : type.getDeclaredMethods()) {
                if (method.isAnnotationPresent(Produces.class) && isNamed(method)) {
                    String property = method.getName().replaceFirst("^(get|is)(?=[A-Z])", "");
                    add(nameOf(method, Introspector.decapitalize(property)), null);
                }
            }
            for (Field field : type.getDeclaredFields()) {
                if (field.isAnnotationPresent(Produces.class) && isNamed(field)) {
                    add(nameOf(field, field.getName()), null);
                }
            }
        } catch (ClassNotFoundException | LinkageError | TypeNotPresentException e) {
            unreadable.putIfAbsent(name, ArtifactLookup.whyNot(name, e));
        }
    }

    private void add(String name, @Nullable Class<?> type) {
        named.putIfAbsent(name, new Artifact(type));
    }

    private static boolean isNamed(AnnotatedElement element) {
        if (element.isAnnotationPresent(Named.class)) {
            return true;
        }
        for (Annotation annotation : element.getAnnotations()) {
            Class<?> type = annotation.annotationType();
            if (type.isAnnotationPresent(Stereotype.class) && type.isAnnotationPresent(Named.class)) {
                return true;
            }
        }
        return false;
    }

    private static String nameOf(AnnotatedElement element, String otherwise) {
        Named named = element.getAnnotation(Named.class);
        return named == null || named.value().isEmpty() ? otherwise : named.value();
    }
}
