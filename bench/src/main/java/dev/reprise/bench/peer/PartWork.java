package dev.reprise.bench.peer;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;

/**
 * What each of the partitions does that the bench distributes: so many items, each of which waits or computes.
 *
 * @param items of a partition
 * @param pause milliseconds for which an item waits, on no processor
 * @param burn how many blocks of 1 KB an item is hashed with
 */
public record PartWork(int items, int pause, int burn) {

    private static final int BLOCK = 1024;

    /** Reads the question. */
    public static PartWork of(Question question) {
        return new PartWork(question.number("items"), question.number("pause"), question.number("burn"));
    }

    /** As settings of a job. */
    public Map<String, String> settings() {
        return Map.of("items", String.valueOf(items), "pause", String.valueOf(pause), "burn", String.valueOf(burn));
    }

    /** Does the work of one item. */
    public void item() throws InterruptedException {
        if (pause > 0) {
            Thread.sleep(pause);
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] block = new byte[BLOCK];
            for (int i = 0; i < burn; i++) {
                digest.update(block);
            }
            block[0] = digest.digest()[0];
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
