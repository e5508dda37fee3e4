package dev.reprise.console;

import com.microsoft.playwright.Browser;
import dev.reprise.Skip;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests that look at the console with one real Chromium. */
abstract class InChromium {

    private static @Nullable Chromium chromium;

    @BeforeAll
    static void startChromium() {
        Optional<Path> executable = Chromium.find();
        Skip.unless(
                executable.isPresent(),
                "the tests of the console: there is no Chromium on the path, and the environment variable CHROMIUM"
                        + " names none.");
        chromium = Chromium.start(executable.get());
    }

    @AfterAll
    static void stopChromium() {
        if (chromium != null) {
            chromium.close();
        }
    }

    static Browser browser() {
        if (chromium == null) {
            throw new IllegalStateException("Chromium has not been started");
        }
        return chromium.browser();
    }
}
