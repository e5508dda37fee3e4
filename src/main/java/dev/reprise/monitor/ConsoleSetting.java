package dev.reprise.monitor;

import java.util.Optional;

/**
 * Knows what the deployment says about its console. Found as a service: the console is up before the repository is, and in a JAR of
 * its own.
 */
public interface ConsoleSetting {

    /**
     * Where the console is to be; empty if there is to be none.
     *
     * @throws IllegalArgumentException if it cannot be understood
     */
    Optional<ConsolePath> console();
}
