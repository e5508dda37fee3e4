package dev.reprise.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * What makes one run of a job the same run: its name and its identifying parameters.
 *
 * @param jobName the id of the job
 * @param key 32 hexadecimal digits, as in {@code BATCH_JOB_INSTANCE.JOB_KEY}
 */
public record JobIdentity(String jobName, String key) {

    /** What no digest begins with. */
    private static final String UNIQUE = "u";

    public JobIdentity {
        Objects.requireNonNull(jobName, "jobName");
        if (key.length() != 32) {
            throw new IllegalArgumentException("a key has 32 characters, not '" + key + "'");
        }
    }

    /**
     * The identity of a job with these parameters. The key is the one that Spring Batch 6 gives the same parameters as
     * strings (contract.md §2.3): the MD5 digest of its parameter records' texts, ascending by name.
     */
    public static JobIdentity of(String jobName, JobParameters parameters) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, String> parameter : parameters.identifying().entrySet()) {
            text.append("JobParameter{name='")
                    .append(parameter.getKey())
                    .append("', value=")
                    .append(parameter.getValue())
                    .append(", type=class java.lang.String, identifying=true}");
        }
        return new JobIdentity(jobName, md5(text.toString()));
    }

    /** An identity that nothing else has: each start under {@code identity=none} is a new instance (§2.6). */
    public static JobIdentity unique(String jobName) {
        return new JobIdentity(
                jobName, UNIQUE + UUID.randomUUID().toString().replace("-", "").substring(1));
    }

    /** Whether a key is that of an instance which nobody can ask for again. */
    public static boolean isUnique(String key) {
        return key.startsWith(UNIQUE);
    }

    private static String md5(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
