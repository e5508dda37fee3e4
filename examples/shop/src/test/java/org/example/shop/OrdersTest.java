package org.example.shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.runtime.BatchStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class OrdersTest {

    @RegisterExtension
    final InProcessBatch batch = InProcessBatch.builder()
            .discoverBeans()
            .persistence("jakarta.persistence.schema-generation.database.action", "drop-and-create")
            .build();

    @TempDir
    private Path folder;

    private Path orders;
    private Path invoices;

    /** 300 orders of three customers; line 6 is none, and order 1 comes twice. */
    @BeforeEach
    void aFileOfOrders() throws IOException {
        StringBuilder lines = new StringBuilder("id,customer,amount\n");
        for (int id = 1; id <= 300; id++) {
            lines.append(id).append(",customer ").append(id % 3).append(",1.50\n");
            if (id == 4) {
                lines.append("five,customer 2,1.50\n");
            }
            if (id == 250) {
                lines.append("1,customer 1,1.50\n");
            }
        }
        orders = Files.writeString(folder.resolve("orders.csv"), lines);
        invoices = folder.resolve("invoices.csv");
    }

    private JobRun run(String mostRejected) {
        return batch.run(
                "orders",
                Map.of(
                        "month", "2026-03",
                        "file", orders.toString(),
                        "invoices", invoices.toString(),
                        "mostRejected", mostRejected));
    }

    @Test
    void everyOrderIsOnOneInvoice() throws IOException {
        JobRun run = run("2");

        assertEquals(BatchStatus.COMPLETED, run.status(), run::toString);
        assertEquals(300, run.step("import").counts().written());
        assertEquals(2, run.step("import").counts().readSkips() + run.step("import").counts().writeSkips());
        assertEquals(3, run.step("invoices").partitions().size());
        assertEquals(
                List.of("customer 0,150.00", "customer 1,150.00", "customer 2,150.00"), Files.readAllLines(invoices));
    }

    @Test
    void aRestartWritesNothingTwice() throws IOException {
        batch.failAt("import", 150);
        assertEquals(BatchStatus.FAILED, run("2").status());
        batch.failAt("export", 3);
        assertEquals(BatchStatus.FAILED, run("2").status());

        JobRun run = run("2");

        assertEquals(BatchStatus.COMPLETED, run.status(), run::toString);
        assertEquals(List.of("export"), run.stepNames());
        assertEquals(3, Files.readAllLines(invoices).size());
    }

    @Test
    void tooManyRejectedLinesAreTold() {
        JobRun run = run("1");

        assertEquals(BatchStatus.FAILED, run.status(), run::toString);
        assertEquals("TOO MANY REJECTED", run.exitStatus());
        assertEquals(List.of("import", "tellWhy"), run.stepNames());
        assertTrue(Files.notExists(invoices));
    }
}
