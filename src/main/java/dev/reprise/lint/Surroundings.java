package dev.reprise.lint;

import dev.reprise.lint.Finding.Severity;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a job's XML relies on and does not hold itself, as far as it can be known where it is judged. */
public interface Surroundings {

    /** How many threads WildFly's {@code batch} pool has unless somebody changes it. */
    int DEFAULT_THREADS = 10;

    /**
     * The bean of this name.
     *
     * @return empty if there is certainly none
     */
    Optional<Artifact> bean(String name);

    /** Names of beans, to guess which one somebody meant. */
    Collection<String> beanNames();

    /**
     * Why a class that a name could mean cannot be read.
     *
     * @return empty if there is none of that kind
     */
    default Optional<String> unreadable(String name) {
        return Optional.empty();
    }

    /** How bad it is that a rule cannot judge: it must not keep a job from running that may be good. */
    default Severity unjudged() {
        return Severity.WARNING;
    }

    /** How many threads jobs, flows of splits and partitions share. */
    int threads();

    /**
     * A data source that cannot be in one transaction with the repository's: neither of them is an XA one.
     *
     * @param jndiName as a {@code @Resource(lookup = …)} gives it
     * @return its name, or empty if it is the repository's own, is or goes with an XA one, or is not known
     */
    Optional<String> stranger(String jndiName);

    /**
     * Something that a {@code ref} names.
     *
     * @param type its class, or null where only its name is known
     */
    record Artifact(@Nullable Class<?> type) {}
}
