package dev.reprise.lint;

import jakarta.annotation.Resource;
import jakarta.batch.api.Batchlet;
import jakarta.batch.api.chunk.AbstractCheckpointAlgorithm;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.enterprise.inject.Model;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Named;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Beans that jobs in {@code src/test/resources/lint} refer to, each named in a way of its own. */
final class LintedArtifacts {

    @Produces
    @Named
    static final @Nullable Batchlet ofAField = null;

    private LintedArtifacts() {}

    @Produces
    @Named
    static @Nullable Batchlet getOfAMethod() {
        return null;
    }

    @Named("forgetfulReader")
    static class Reader extends AbstractItemReader {
        @Override
        public @Nullable Object readItem() {
            return null;
        }
    }

    abstract static class WithADataSource extends AbstractItemWriter {
        @Resource(lookup = "java:jboss/datasources/strange")
        @Nullable
        DataSource dataSource;
    }

    @Named
    static class StrangeWriter extends WithADataSource {
        @Override
        public void writeItems(List<Object> items) {}
    }

    /** Hidden from the linter, as what a project forgot to depend on. */
    static class Gone extends AbstractItemReader {
        @Override
        public @Nullable Object readItem() {
            return null;
        }
    }

    static class GoneException extends Exception {}

    static class HeirException extends GoneException {}

    @Named
    static class HeirOfGone extends Gone {}

    @Named
    static class ReaderWithGone extends AbstractItemReader {
        @Override
        public @Nullable Object readItem() {
            return null;
        }

        public void take(Gone gone) {}
    }

    @Named
    static class WriterWithGone extends AbstractItemWriter {
        @Override
        public void writeItems(List<Object> items) {}

        void take(Gone gone) {}
    }

    @Model
    static class OfAStereotype {}

    @Named("algorithm")
    static class Algorithm extends AbstractCheckpointAlgorithm {
        @Override
        public boolean isReadyToCheckpoint() {
            return true;
        }
    }

    static class Odd extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
