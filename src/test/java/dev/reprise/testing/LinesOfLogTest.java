package dev.reprise.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.jobs.injected.Wanting;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.Test;

class LinesOfLogTest {

    /** With the JDK's own settings, which show all from INFO on. */
    @Test
    void aTestClassHasTenAtMost() {
        List<String> lines = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                lines.add(entry.getLoggerName() + ": " + entry.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger root = Logger.getLogger("");
        Level before = root.getLevel();
        root.setLevel(Level.INFO);
        root.addHandler(handler);
        try (InProcessBatch batch = InProcessBatch.builder()
                .beans(Wanting.Counter.class, Wanting.Ledger.class)
                .build()
                .open()) {
            batch.define(new JobBuilder("counts")
                    .step(new StepBuilder("it")
                            .batchlet(Wanting.class.getName() + "$WithAnEjbByItsClass")
                            .build())
                    .build());
            batch.run("counts");
        } finally {
            root.removeHandler(handler);
            root.setLevel(before);
        }

        assertThat(lines).hasSizeBetween(1, 10).noneMatch(line -> line.contains("flyway"));
    }
}
