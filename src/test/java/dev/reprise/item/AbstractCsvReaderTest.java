package dev.reprise.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AbstractCsvReaderTest {

    @TempDir
    private Path folder;

    /** Gives the first field; none where that is empty, as somebody may who wants to leave a record out. */
    private static final class FirstFields extends AbstractCsvReader<String> {

        private long ended;

        FirstFields(Path file) {
            super(file, CsvFormat.of("name", "city"));
        }

        @Override
        @SuppressWarnings("NullAway") // what it must not do
        protected String item(CsvRecord row) {
            return row.field(0).isEmpty() ? null : row.field(0);
        }

        @Override
        protected void ended(CsvPosition end) {
            ended = end.line();
        }
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("people.csv"), text);
    }

    @Test
    void goesOnBehindItsCheckpointAndTellsTheEnd() throws Exception {
        Path file = file("name,city\nAda,London\nOlga,Kyiv\n");
        FirstFields before = new FirstFields(file);
        before.open(null);
        assertThat(before.readItem()).isEqualTo("Ada");
        CsvPosition checkpoint = before.checkpointInfo();
        before.close();

        FirstFields after = new FirstFields(file);
        after.open(checkpoint);
        assertThat(after.readItem()).isEqualTo("Olga");
        assertThat(after.readItem()).isNull();
        assertThat(after.ended).isEqualTo(4);
        after.close();
    }

    /** The engine would take it for the end of the file, and the step for complete. */
    @Test
    void aRecordWithoutAnItemIsNotTheEnd() throws Exception {
        FirstFields reader = new FirstFields(file("name,city\n,London\nOlga,Kyiv\n"));
        reader.open(null);

        assertThatIllegalStateException()
                .isThrownBy(reader::readItem)
                .withMessageContaining("people.csv, line 2: expected an item of the record, found null");

        assertThat(reader.readItem()).isEqualTo("Olga");
        reader.close();
    }
}
