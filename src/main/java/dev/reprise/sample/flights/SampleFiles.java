package dev.reprise.sample.flights;

import dev.reprise.item.RootFolder;
import java.nio.file.Path;
import java.time.YearMonth;
import org.jspecify.annotations.Nullable;

/**
 * Where the sample's files are. What the job's parameters name lies below these folders, as its schema says too: it is
 * resolved again when it is used, because links may have come since the launch. All paths are absolute.
 */
final class SampleFiles {

    /** System property: the folder in which {@code data/} is; else the server's current directory. */
    static final String SAMPLES = "reprise.samples";

    /** System property: the folder of the flights that parameters name; else {@code data/}. */
    static final String INPUT = "reprise.input";

    /** System property: the folder of all that is written; else {@code .reprise} in the user's home. */
    static final String DATA = "reprise.data";

    /** System property: the folder of all reports; else {@code reports} in that of all that is written. */
    static final String REPORTS = "reprise.reports";

    private static final RootFolder SAMPLE_FOLDER = RootFolder.of("${" + SAMPLES + ":.}/data");

    static final RootFolder INPUT_FOLDER = RootFolder.of("${" + INPUT + ":" + SAMPLE_FOLDER + "}");

    static final RootFolder REPORT_FOLDER =
            RootFolder.of("${" + REPORTS + ":${" + DATA + ":${user.home}/.reprise}/reports}");

    private SampleFiles() {}

    /** @throws IllegalArgumentException if the input lies elsewhere */
    static Path flights(YearMonth month, @Nullable String input) {
        return input == null || input.isBlank()
                ? SAMPLE_FOLDER.resolve("flights-" + month + ".csv.gz")
                : INPUT_FOLDER.resolve(input);
    }

    static Path airports() {
        return SAMPLE_FOLDER.resolve("airports.csv");
    }

    /** @throws IllegalArgumentException if the folder lies elsewhere */
    static Path reports(@Nullable String reportDirectory) {
        return REPORT_FOLDER.resolve(reportDirectory == null || reportDirectory.isBlank() ? "" : reportDirectory);
    }
}
