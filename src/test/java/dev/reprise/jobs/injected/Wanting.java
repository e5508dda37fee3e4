package dev.reprise.jobs.injected;

import jakarta.annotation.Resource;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.ejb.EJB;
import jakarta.ejb.Singleton;
import jakarta.ejb.Stateful;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.PersistenceContextType;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.Transactional;
import jakarta.transaction.UserTransaction;
import org.jspecify.annotations.Nullable;

/** Batchlets and session beans that want something, and batchlets that say what they got. */
@SuppressWarnings("NullAway") // what is injected is not null, or the test fails
public final class Wanting {

    private Wanting() {}

    /** By a name that its test gives something; an ancestor's field. */
    public abstract static class WithALimit extends AbstractBatchlet {
        @Resource(lookup = "java:global/limit")
        protected Integer limit;
    }

    @Dependent
    @Named("limited")
    public static class Limited extends WithALimit {
        @Override
        public String process() {
            return "limit " + limit;
        }
    }

    /** What no unit test has. */
    @Dependent
    @Named("asynchronous")
    public static class Asynchronous extends AbstractBatchlet {
        @Resource
        private ManagedExecutorService executor;

        @Override
        public String process() {
            return executor.toString();
        }
    }

    /** Says whether its caller has a transaction. */
    @Stateless
    public static class Ledger {
        @Resource
        private TransactionSynchronizationRegistry transaction;

        public boolean hasOne() {
            return transaction.getTransactionKey() != null;
        }

        @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
        public Object another() {
            return transaction.getTransactionKey();
        }

        @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
        public boolean hasOneOutside() {
            return transaction.getTransactionKey() != null;
        }
    }

    @Singleton
    public static class Counter {
        private int count;

        public int next() {
            return ++count;
        }
    }

    @Stateful
    public static class Cart {}

    /** A plain bean with transactions. */
    @Dependent
    public static class Transacted {
        @Inject
        private UserTransaction user;

        @Transactional
        public int status() throws Exception {
            return user.getStatus();
        }
    }

    @Dependent
    @Named("withSessionBeans")
    public static class WithSessionBeans extends AbstractBatchlet {
        @EJB
        private Ledger ledger;

        @EJB
        private Counter counter;

        @Inject
        private Counter same;

        @Inject
        private Transacted transacted;

        @Inject
        private UserTransaction user;

        @Override
        public String process() throws Exception {
            user.begin();
            Object outer = ledger.another();
            boolean another = !outer.equals(ledger.another());
            user.commit();
            return "has " + ledger.hasOne() + ", another " + another + ", outside " + ledger.hasOneOutside()
                    + ", counts " + counter.next() + same.next() + ", status " + transacted.status();
        }
    }

    /** Referred to by its class, so no bean. */
    public static class ByItsClass extends AbstractBatchlet {
        @Inject
        private Ledger ledger;

        @Override
        public String process() {
            return "" + ledger.hasOne();
        }
    }

    public static class WithAnEjbByItsClass extends AbstractBatchlet {
        @EJB
        private Ledger ledger;

        @Override
        public String process() {
            return "has " + ledger.hasOne();
        }
    }

    @Dependent
    @Named("extended")
    public static class Extended extends AbstractBatchlet {
        @PersistenceContext(type = PersistenceContextType.EXTENDED)
        private EntityManager manager;

        @Override
        public String process() {
            return manager.toString();
        }
    }

    @Dependent
    @Named("persistent")
    public static class Persistent extends AbstractBatchlet {
        @PersistenceContext(unitName = "orders")
        private EntityManager manager;

        @Override
        public String process() {
            return manager.toString();
        }
    }

    /** Fails in what it calls, and tells it in words of its own. */
    public static class Failing extends AbstractBatchlet {
        @Override
        public @Nullable String process() {
            try {
                return divide(0);
            } catch (ArithmeticException e) {
                throw new IllegalStateException("no quotient", e);
            }
        }

        private static String divide(int by) {
            return "" + 1 / by;
        }
    }
}
