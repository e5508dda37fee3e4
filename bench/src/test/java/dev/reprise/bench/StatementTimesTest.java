package dev.reprise.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.reprise.bench.StatementTimes.Total;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A statement's time is that of its parts; only its execution is a call. */
class StatementTimesTest {

    private static final String LOG = """
            peer,71,5/11,LOG:  duration: 0.250 ms  parse S_1: select A from T
            peer,71,5/11,LOG:  duration: 0.500 ms  bind S_1/C_2: select A from T
            peer,71,5/11,LOG:  duration: 1.000 ms  execute S_1/C_2: select A
            \t  from T
            peer,71,5/11,DETAIL:  parameters: $1 = '1'
            peer,72,5/12,LOG:  duration: 2.000 ms  execute <unnamed>: select A from T
            peer,72,5/13,LOG:  duration: 0.125 ms  statement: COMMIT
            other,73,5/14,LOG:  duration: 9.000 ms  statement: COMMIT
            """;

    @TempDir
    Path folder;

    @Test
    void tellsWhatOneDatabaseSpentOnEachTheCostliestFirst() throws IOException {
        Path log = Files.writeString(folder.resolve("log"), LOG);

        assertEquals(
                List.of(new Total("select A from T", 2, 3.75), new Total("COMMIT", 1, 0.125)),
                StatementTimes.read(log, 0, "peer"));
    }
}
