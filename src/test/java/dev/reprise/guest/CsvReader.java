package dev.reprise.guest;

import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Named;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Has the name that a reader of the library had. */
@Dependent
@Named("csvReader")
public class CsvReader extends AbstractItemReader {

    private final Iterator<Integer> numbers = List.of(1, 2, 3, 4).iterator();

    @Override
    public @Nullable Integer readItem() {
        return numbers.hasNext() ? numbers.next() : null;
    }
}
