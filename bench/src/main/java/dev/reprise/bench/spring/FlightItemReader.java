package dev.reprise.bench.spring;

import dev.reprise.bench.peer.Flight;
import dev.reprise.bench.peer.FlightLines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;

/** Reads flights; its checkpoint is a number of lines. */
class FlightItemReader implements ItemStreamReader<Flight> {

    private static final String POSITION = "position";

    private final String file;
    private @Nullable FlightLines lines;

    FlightItemReader(String file) {
        this.file = file;
    }

    @Override
    public void open(ExecutionContext context) {
        try {
            lines = new FlightLines(Path.of(file), context.getLong(POSITION, 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public @Nullable Flight read() throws IOException {
        return opened().next();
    }

    @Override
    public void update(ExecutionContext context) {
        context.putLong(POSITION, opened().position());
    }

    @Override
    public void close() {
        try {
            opened().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private FlightLines opened() {
        if (lines == null) {
            throw new IllegalStateException("the reader is not open");
        }
        return lines;
    }
}
