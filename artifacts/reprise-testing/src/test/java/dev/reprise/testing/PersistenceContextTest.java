package dev.reprise.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.BatchStatus;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.PersistenceUnit;
import jakarta.persistence.TransactionRequiredException;
import jakarta.transaction.UserTransaction;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Persistence contexts as a server injects them, with the provider that servers have. */
@SuppressWarnings("NullAway") // what is injected is not null, or the test fails
class PersistenceContextTest {

    @RegisterExtension
    static final InProcessBatch batch = InProcessBatch.builder()
            .beans(Ledger.class, Looking.class)
            .persistence("jakarta.persistence.schema-generation.database.action", "drop-and-create")
            .build();

    @Entity(name = "PlacedOrder")
    public static class PlacedOrder {
        @Id
        int id;

        protected PlacedOrder() {}

        PlacedOrder(int id) {
            this.id = id;
        }
    }

    public static class Numbers extends AbstractItemReader {
        private int last;

        @Override
        public void open(@Nullable Serializable checkpoint) {
            last = checkpoint == null ? 0 : (Integer) checkpoint;
        }

        @Override
        public @Nullable Integer readItem() {
            return last < 6 ? ++last : null;
        }

        @Override
        public Integer checkpointInfo() {
            return last;
        }
    }

    @Dependent
    @Named("ledger")
    public static class Ledger extends AbstractItemWriter {
        @PersistenceContext(unitName = "orders")
        EntityManager orders;

        @Override
        public void writeItems(List<Object> items) {
            items.forEach(item -> orders.persist(new PlacedOrder((Integer) item)));
        }
    }

    /** Says what its persistence context has. */
    @Dependent
    @Named("looking")
    public static class Looking extends AbstractBatchlet {
        @PersistenceContext
        EntityManager orders;

        @PersistenceUnit
        EntityManagerFactory unit;

        @Inject
        UserTransaction transaction;

        @Override
        public String process() throws Exception {
            assertThatThrownBy(() -> orders.persist(new PlacedOrder(1)))
                    .isInstanceOf(TransactionRequiredException.class)
                    .hasMessage("persist is called outside of a transaction");

            transaction.begin();
            PlacedOrder order = new PlacedOrder(1);
            orders.persist(order);
            boolean within = orders.contains(order);
            transaction.commit();

            transaction.begin();
            boolean next = orders.contains(order);
            orders.persist(new PlacedOrder(2));
            transaction.rollback();

            boolean found = orders.find(PlacedOrder.class, 1) != null;
            List<?> counted =
                    orders.createQuery("select count(o) from PlacedOrder o").getResultList();
            return within + " " + next + " " + found + " " + counted + " " + unit.isOpen();
        }
    }

    /** No bean. */
    public static class ByItsClass extends AbstractBatchlet {
        @PersistenceContext(unitName = "orders")
        EntityManager orders;

        @Override
        public String process() {
            return String.valueOf(orders.find(PlacedOrder.class, 1));
        }
    }

    private static List<?> ids() throws Exception {
        try (var connection = batch.dataSource().getConnection();
                var rows = connection.createStatement().executeQuery("select id from PlacedOrder order by id")) {
            List<Integer> ids = new ArrayList<>();
            while (rows.next()) {
                ids.add(rows.getInt(1));
            }
            return ids;
        }
    }

    @Test
    void rowsAreWrittenInTheChunksTransaction() throws Exception {
        batch.define(new JobBuilder("import")
                .step(new StepBuilder("load")
                        .reader(Numbers.class.getName())
                        .writer("ledger")
                        .itemCount(2)
                        .build())
                .build());
        batch.failAt("load", 4);

        JobRun failed = batch.run("import");
        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(ids()).isEqualTo(List.of(1, 2));

        JobRun restarted = batch.run("import");
        assertThat(restarted.status()).as(restarted.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(ids()).isEqualTo(List.of(1, 2, 3, 4, 5, 6));
    }

    @Test
    void aContextIsThatOfItsTransaction() {
        batch.define(new JobBuilder("looks")
                .step(new StepBuilder("look").batchlet("looking").build())
                .build());

        JobRun run = batch.run("looks");
        assertThat(run.status()).as(run.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(run.step("look").exitStatus()).isEqualTo("true false true [1] true");
    }

    @Test
    void whatIsNoBeanHasOneToo() {
        batch.define(new JobBuilder("looks")
                .step(new StepBuilder("look")
                        .batchlet(ByItsClass.class.getName())
                        .build())
                .build());

        assertThat(batch.run("looks").step("look").exitStatus()).isEqualTo("null");
    }
}
