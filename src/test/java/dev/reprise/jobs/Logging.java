package dev.reprise.jobs;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.api.listener.AbstractJobListener;
import jakarta.batch.api.listener.AbstractStepListener;
import jakarta.batch.runtime.context.JobContext;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.util.List;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Artifacts that log where they are, through each of the usual frameworks and on standard output. */
public final class Logging {

    private static final Logger JUL = Logger.getLogger("logging.jul");
    private static final System.Logger SYSTEM = System.getLogger("logging.system");
    private static final org.slf4j.Logger SLF4J = LoggerFactory.getLogger("logging.slf4j");

    private Logging() {}

    /** What one place logs in one run. */
    public static List<String> lines(String run, String place) {
        String line = "run=" + run + " place=" + place + " by=";
        return List.of(line + "jul", line + "system", line + "slf4j", line + "out");
    }

    private static void log(JobContext job, String place) {
        List<String> lines = lines(job.getProperties().getProperty("run"), place);
        JUL.info(lines.get(0));
        SYSTEM.log(System.Logger.Level.WARNING, lines.get(1));
        SLF4J.info("{}", lines.get(2));
        System.out.println(lines.get(3));
    }

    @Dependent
    @Named("loggingListener")
    static class JobEnds extends AbstractJobListener {

        @Inject
        private JobContext job;

        @Override
        public void beforeJob() {
            log(job, "beforeJob");
        }

        @Override
        public void afterJob() {
            log(job, "afterJob");
        }
    }

    @Dependent
    @Named("loggingStepListener")
    static class StepEnds extends AbstractStepListener {

        @Inject
        private JobContext job;

        @PostConstruct
        void made() {
            log(job, "made");
        }

        @Override
        public void beforeStep() {
            log(job, "beforeStep");
        }
    }

    @Dependent
    @Named("loggingBatchlet")
    static class Work extends AbstractBatchlet {

        @Inject
        private JobContext job;

        @Inject
        private StepContext step;

        @Inject
        @BatchProperty
        private @Nullable String partition;

        @Override
        public @Nullable String process() {
            log(job, place());
            return null;
        }

        @PreDestroy
        void gone() {
            if (partition == null) {
                log(job, "gone-" + place());
            }
        }

        private String place() {
            return step.getStepName() + (partition == null ? "" : partition);
        }
    }

    @Dependent
    @Named("loggingReader")
    static class Reader extends AbstractItemReader {

        @Inject
        private JobContext job;

        private int read;

        @Override
        public void open(@Nullable Serializable checkpoint) {
            log(job, "open");
        }

        @Override
        public @Nullable Integer readItem() {
            return read < 3 ? ++read : null;
        }
    }

    @Dependent
    @Named("loggingWriter")
    static class Writer extends AbstractItemWriter {

        @Inject
        private JobContext job;

        @Override
        public void writeItems(List<Object> items) {
            log(job, "write" + items.get(0));
        }
    }
}
