package dev.reprise;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What may be imported by others, one by one in {@code public-types.txt}: a type that comes or goes is a change for users. What
 * is below {@code dev.reprise.internal} is nobody's.
 */
class PublicTypesTest {

    private static final Path SOURCES = Path.of("src/main/java");

    private static final Path LIST = Path.of("src/test/resources/public-types.txt");

    private static final Pattern PUBLIC = Pattern.compile(
            "^(/\\*\\*.*?\\*/\\s+)?(?:@[^\\n]+\\n)*public (?:abstract |final |sealed )*(?:class|record|enum|interface|@interface) (\\w+)",
            Pattern.MULTILINE | Pattern.DOTALL);

    @Test
    void areThoseOfTheList() throws IOException {
        assertThat(types().keySet()).containsExactlyElementsOf(Files.readAllLines(LIST));
    }

    @Test
    void haveJavadoc() throws IOException {
        assertThat(types())
                .allSatisfy((type, declaration) ->
                        assertThat(declaration.group(1)).as(type).isNotNull());
    }

    /** By name, as each is declared. */
    private static Map<String, MatchResult> types() throws IOException {
        Map<String, MatchResult> types = new TreeMap<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                String name =
                        SOURCES.relativize(file).toString().replace('/', '.').replaceFirst("\\.java$", "");
                Matcher type = PUBLIC.matcher(Files.readString(file));
                if (!name.startsWith("dev.reprise.internal.") && type.find()) {
                    types.put(name, type.toMatchResult());
                }
            }
        }
        return types;
    }
}
