package dev.reprise.sample.flights;

import java.nio.file.Path;
import java.time.YearMonth;
import org.jspecify.annotations.Nullable;

/** Where the sample's files are, when the job's parameters do not say. All paths are absolute. */
final class SampleFiles {

    /** System property: the folder in which {@code data/} is; else the server's current directory. */
    static final String SAMPLES = "reprise.samples";

    /** System property: the folder of all that is written; else {@code .reprise} in the user's home. */
    static final String DATA = "reprise.data";

    private SampleFiles() {}

    static Path flights(YearMonth month, @Nullable String input) {
        return absolute(
                input == null || input.isBlank()
                        ? samples().resolve("flights-" + month + ".csv.gz")
                        : Path.of(input.strip()));
    }

    static Path airports() {
        return absolute(samples().resolve("airports.csv"));
    }

    static Path reports(@Nullable String reportDirectory) {
        if (reportDirectory != null && !reportDirectory.isBlank()) {
            return absolute(Path.of(reportDirectory.strip()));
        }
        String data = System.getProperty(DATA, "");
        return absolute(
                data.isBlank()
                        ? Path.of(System.getProperty("user.home", ""), ".reprise", "reports")
                        : Path.of(data, "reports"));
    }

    private static Path samples() {
        return Path.of(System.getProperty(SAMPLES, ""), "data");
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }
}
