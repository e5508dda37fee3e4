package dev.reprise.testing;

import jakarta.ejb.EJB;
import jakarta.ejb.Singleton;
import jakarta.ejb.Stateful;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.literal.InjectLiteral;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import jakarta.enterprise.inject.spi.WithAnnotations;
import jakarta.enterprise.util.AnnotationLiteral;
import jakarta.transaction.Transactional;
import jakarta.transaction.UserTransaction;

/**
 * What a server adds to CDI: the user's transaction, and session beans, as CDI beans with their transactions and one
 * singleton for all. What else a server does for them, timers, locks, pools, security and asynchronous calls, is not there.
 */
final class ServerBeans implements Extension {

    void userTransaction(@Observes AfterBeanDiscovery discovery) {
        discovery
                .addBean()
                .types(UserTransaction.class)
                .produceWith(instance -> com.arjuna.ats.jta.UserTransaction.userTransaction());
    }

    /** The library's own that begin with a deployment, which a search of the class path finds. */
    <T> void onlyOnAServer(@Observes ProcessAnnotatedType<T> type) {
        String name = type.getAnnotatedType().getJavaClass().getName();
        if (name.startsWith("dev.reprise.wildfly.") || name.startsWith("dev.reprise.web.")) {
            type.veto();
        }
    }

    <T> void stateless(@Observes @WithAnnotations(Stateless.class) ProcessAnnotatedType<T> type) {
        addTransactions(type);
    }

    <T> void singleton(@Observes @WithAnnotations(Singleton.class) ProcessAnnotatedType<T> type) {
        if (type.getAnnotatedType().isAnnotationPresent(Singleton.class)) {
            type.configureAnnotatedType().add(ApplicationScoped.Literal.INSTANCE);
        }
        addTransactions(type);
    }

    @SuppressWarnings("DoNotCallSuggester") // the container calls it
    <T> void stateful(@Observes @WithAnnotations(Stateful.class) ProcessAnnotatedType<T> type) {
        throw new IllegalStateException(type.getAnnotatedType().getJavaClass().getName()
                + " is a stateful session bean, which only a server has. Leave it out of beans(…), and test it there.");
    }

    /** They are beans, so they are injected as beans are. */
    <T> void wanted(@Observes @WithAnnotations(EJB.class) ProcessAnnotatedType<T> type) {
        var configurator = type.configureAnnotatedType();
        configurator
                .filterFields(field -> field.isAnnotationPresent(EJB.class))
                .forEach(field -> field.add(InjectLiteral.INSTANCE));
        configurator
                .filterMethods(method -> method.isAnnotationPresent(EJB.class))
                .forEach(method -> method.add(InjectLiteral.INSTANCE));
    }

    private static <T> void addTransactions(ProcessAnnotatedType<T> type) {
        var bean = type.getAnnotatedType();
        TransactionManagement management = bean.getAnnotation(TransactionManagement.class);
        boolean own = management != null && management.value() == TransactionManagementType.BEAN;
        if (own || bean.isAnnotationPresent(Transactional.class)) {
            return;
        }
        TransactionAttribute ofAll = bean.getAnnotation(TransactionAttribute.class);
        var configurator = type.configureAnnotatedType();
        configurator.add(ofAll == null ? new Transacted(Transactional.TxType.REQUIRED) : transacted(ofAll));
        configurator
                .filterMethods(method -> method.isAnnotationPresent(TransactionAttribute.class))
                .forEach(method ->
                        method.add(transacted(method.getAnnotated().getAnnotation(TransactionAttribute.class))));
    }

    /** They have the same names. */
    private static Transacted transacted(TransactionAttribute attribute) {
        return new Transacted(Transactional.TxType.valueOf(attribute.value().name()));
    }

    private static final class Transacted extends AnnotationLiteral<Transactional> implements Transactional {

        private static final long serialVersionUID = 1L;

        private final TxType type;

        Transacted(TxType type) {
            this.type = type;
        }

        @Override
        public TxType value() {
            return type;
        }

        @Override
        public Class<?>[] rollbackOn() {
            return new Class<?>[0];
        }

        @Override
        public Class<?>[] dontRollbackOn() {
            return new Class<?>[0];
        }
    }
}
