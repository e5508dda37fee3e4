package dev.reprise.state;

import dev.reprise.identity.JobParameter;

/**
 * Tells the values of secret parameters from others as they stand in {@code BATCH_JOB_EXECUTION_PARAMS}: for whoever shows
 * what is stored, also of a job whose schema is not at hand.
 */
public final class StoredSecret {

    /** No plain value begins so: the repository refuses it. */
    public static final String FAMILY = "{reprise:";

    /** Followed by the base64 text of a nonce and an AES-256-GCM cipher text with its tag. */
    public static final String PREFIX = FAMILY + "1}";

    private StoredSecret() {}

    /** Whether the stored value of a parameter is an encrypted one. */
    public static boolean is(String stored) {
        return stored.startsWith(FAMILY);
    }

    /** The stored value of a parameter as people may see it. */
    public static String shown(String stored) {
        return is(stored) ? JobParameter.MASK : stored;
    }
}
