package dev.reprise.internal.engine;

import java.util.AbstractList;
import java.util.function.Predicate;
import org.jberet.job.model.ExceptionClassFilter;
import org.jspecify.annotations.Nullable;

/** A filter of the engine's that asks for each class of exception, instead of having a list. */
public final class AskingFilter {

    private AskingFilter() {}

    /** A filter of the engine's that asks here for each class: what is not included is excluded. */
    public static ExceptionClassFilter asking(Predicate<String> question) {
        ExceptionClassFilter filter = new ExceptionClassFilter();
        filter.setInclude(new Answers(question));
        filter.setExclude(new Answers(name -> true));
        return filter;
    }

    /**
     * The class of what the engine asks about: it says the name alone.
     *
     * @param failure what was thrown last, if that is known
     */
    static Class<? extends Throwable> classOf(String exception, @Nullable Throwable failure) {
        if (failure != null && failure.getClass().getName().equals(exception)) {
            return failure.getClass();
        }
        try {
            return Class.forName(exception, false, Thread.currentThread().getContextClassLoader())
                    .asSubclass(Throwable.class);
        } catch (ClassNotFoundException e) {
            return Exception.class;
        }
    }

    private static final class Answers extends AbstractList<String> {

        private final Predicate<String> question;

        Answers(Predicate<String> question) {
            this.question = question;
        }

        @Override
        public boolean contains(Object name) {
            return question.test((String) name);
        }

        @Override
        public String get(int index) {
            throw new IndexOutOfBoundsException(index);
        }

        /** Empty lists are not asked. */
        @Override
        public boolean isEmpty() {
            return false;
        }

        @Override
        public int size() {
            return 0;
        }
    }
}
