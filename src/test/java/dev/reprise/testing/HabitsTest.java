package dev.reprise.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.launch.LaunchRequest;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.BatchStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.Test;

/** The README's table of what a launch meant elsewhere, means here, and how it is kept as it was. */
class HabitsTest {

    private static Job nightly(Properties properties) {
        JobBuilder job = new JobBuilder("nightly");
        properties.stringPropertyNames().forEach(name -> job.property(name, properties.getProperty(name)));
        return job.step(new StepBuilder("it")
                        .reader(RangeReader.class.getName(), new String[] {"first", "1"}, new String[] {"last", "6"})
                        .writer("nowhere")
                        .itemCount(2)
                        .build())
                .build();
    }

    private static InProcessBatch.Builder builder() {
        return InProcessBatch.builder().artifact("nowhere", () -> new AbstractItemWriter() {
            @Override
            public void writeItems(List<Object> items) {}
        });
    }

    /** The property as the README has it. */
    private static Properties asItWas() throws IOException {
        Matcher property = Pattern.compile("<property name=\"(reprise\\.identity)\" value=\"(\\w+)\"/>")
                .matcher(Files.readString(Path.of("README.md")));
        assertThat(property.find()).isTrue();
        Properties properties = new Properties();
        properties.setProperty(property.group(1), property.group(2));
        return properties;
    }

    @Test
    void withoutParametersAJobRunsOnce() {
        try (InProcessBatch batch = builder().build().open()) {
            batch.define(nightly(new Properties()));
            assertThat(batch.await(batch.operator().start("nightly", null)).status())
                    .isEqualTo(BatchStatus.COMPLETED);

            assertThatThrownBy(() -> batch.operator().start("nightly", null))
                    .hasMessageContaining("nightly[] is already complete (execution 1");
            assertThat(batch.run(LaunchRequest.of("nightly").next()).status()).isEqualTo(BatchStatus.COMPLETED);
            assertThat(batch.run(LaunchRequest.of("nightly").next()).status()).isEqualTo(BatchStatus.COMPLETED);
        }
    }

    @Test
    void aStartIsNoRestart() {
        try (InProcessBatch batch = builder().build().open()) {
            batch.define(nightly(new Properties()));
            batch.failAt("it", 5);
            assertThat(batch.run("nightly").status()).isEqualTo(BatchStatus.FAILED);

            assertThatThrownBy(() -> batch.operator().start("nightly", null)).hasMessageContaining("execution 1");
            JobRun launched = batch.run("nightly");
            assertThat(launched.status()).isEqualTo(BatchStatus.COMPLETED);
            assertThat(launched.instanceId()).isEqualTo(1);
        }
    }

    @Test
    void bothAreKeptAsTheyWere() throws IOException {
        try (InProcessBatch batch = builder().build().open()) {
            batch.define(nightly(asItWas()));
            batch.failAt("it", 5);
            JobRun failed = batch.run("nightly", Map.of("day", "1"));
            assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);

            for (long execution = 2; execution < 4; execution++) {
                JobRun run = batch.await(batch.operator().start("nightly", null));
                assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
                assertThat(run.instanceId()).isEqualTo(execution);
                assertThat(run.step("it").counts().written()).isEqualTo(6);
            }
        }
    }
}
