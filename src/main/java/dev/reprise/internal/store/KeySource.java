package dev.reprise.internal.store;

import javax.crypto.SecretKey;

/** Gives the key that secret parameters are stored with: one AES key of 256 bits for all nodes of an application. */
@FunctionalInterface
public interface KeySource {

    /**
     * The key as it is now; asked whenever a secret is stored or read.
     *
     * @throws IllegalStateException if there is none, with what to configure
     */
    SecretKey key();
}
