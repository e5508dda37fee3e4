package dev.reprise.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.testing.InProcessBatch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs are found by a part of what they are called. */
class NamesTest {

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder().build();

    private final Monitor monitor = new Monitor(BATCH.launcher(), BATCH::repository);

    @Test
    void findsJobsByAPartOfTheirNameOrTitleInAnyCase() {
        assertThat(monitor.jobsWith("LIGHT-perf")).containsExactly("flight-performance");
        assertThat(Texts.with(
                        "the BANK",
                        List.of("sftp-upload", "import"),
                        Map.of("sftp-upload", "sftp-upload\nPayments to the bank", "import", "import\nnull")::get))
                .containsExactly("sftp-upload");
        assertThat(monitor.jobsWith("none such")).isEmpty();
        assertThat(monitor.nodesWith("none such")).isEmpty();
    }
}
