package dev.reprise.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reprise.bench.StatementLog.Transaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What limits are compared with is read from a log: lines of other databases, parameters and broken lines included. */
class StatementLogTest {

    private static final String LOG = """
            peer,71,5/11,LOG:  execute S_1: BEGIN
            other,72,6/1,LOG:  execute S_1: insert into T values (1)
            peer,71,5/11,LOG:  execute <unnamed>: update T
            \t   set A = $1, B = 'x: y'
            \t where ID = $2
            peer,71,5/11,DETAIL:  parameters: $1 = '1', $2 = 'insert into T'
            peer,73,7/2,LOG:  execute S_4/C_5: select A from T
            peer,71,5/11,LOG:  execute S_2: COMMIT
            peer,73,7/3,LOG:  execute S_1: BEGIN
            peer,73,7/3,LOG:  statement: delete from T
            peer,73,7/3,LOG:  execute S_9: ROLLBACK
            peer,73,7/4,LOG:  execute <unnamed>: with N as (insert into T values ($1) returning ID) select ID from N
            ,70,,LOG:  checkpoint complete
            """;

    @TempDir
    Path folder;

    @Test
    void tellsTheTransactionsOfOneDatabase() throws IOException {
        List<Transaction> transactions = read(0);

        assertEquals(
                List.of(
                        List.of("update T set A = $1, B = 'x: y' where ID = $2"),
                        List.of("select A from T"),
                        List.of("delete from T"),
                        List.of("with N as (insert into T values ($1) returning ID) select ID from N")),
                transactions.stream().map(Transaction::statements).toList());
    }

    @Test
    void knowsWhichOfThemHaveToReachTheDisk() throws IOException {
        List<Transaction> transactions = read(0);

        assertTrue(transactions.get(0).writes());
        assertFalse(transactions.get(1).writes(), "it reads only");
        assertFalse(transactions.get(2).writes(), "it was rolled back");
        assertTrue(transactions.get(3).writes(), "it inserts in front of a select");
    }

    @Test
    void beginsWhereItIsToldTo() throws IOException {
        assertEquals(1, read(LOG.indexOf("peer,73,7/4")).size());
    }

    private List<Transaction> read(long from) throws IOException {
        Path log = folder.resolve("postgresql.log");
        Files.writeString(log, LOG);
        return StatementLog.read(log, from, "peer");
    }
}
