package dev.reprise.bench.war;

import dev.reprise.bench.peer.Flight;
import dev.reprise.bench.peer.FlightLines;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads flights; its checkpoint is a number of lines. */
@Dependent
@Named("flightReader")
public class FlightReader extends AbstractItemReader {

    private final String file;
    private @Nullable FlightLines lines;

    @Inject
    FlightReader(@BatchProperty(name = "file") String file) {
        this.file = file;
    }

    @Override
    public void open(@Nullable Serializable checkpoint) throws IOException {
        lines = new FlightLines(Path.of(file), checkpoint == null ? 0 : (Long) checkpoint);
    }

    @Override
    public @Nullable Flight readItem() throws IOException {
        return opened().next();
    }

    @Override
    public Serializable checkpointInfo() {
        return opened().position();
    }

    @Override
    public void close() throws IOException {
        if (lines != null) {
            lines.close();
        }
    }

    private FlightLines opened() {
        if (lines == null) {
            throw new IllegalStateException("the reader is not open");
        }
        return lines;
    }
}
