package dev.reprise.internal.store;

import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.internal.database.Text;
import dev.reprise.state.StoredSecret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Secret parameters on their way to the tables and back. Encrypted under a key that all nodes have, for the parameter of
 * the job that they belong to: a value that is copied to another one cannot be read there. Thread-safe.
 */
public final class Secrets {

    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    /** In UTF-8; more would not fit the column when it is encrypted. */
    private static final int MOST_BYTES =
            (Text.TEXT_COLUMN - StoredSecret.PREFIX.length()) / 4 * 3 - NONCE_BYTES - TAG_BITS / 8;

    /** A shorter secret is masked in texts of others only where it stands between quotes. */
    private static final int SHORT = 4;

    private final KeySource keys;
    private final SecureRandom random = new SecureRandom();

    public Secrets(KeySource keys) {
        this.keys = keys;
    }

    /** What is wrong with parameters that are to be stored, as far as secrets go. */
    public List<String> faultsOf(JobParameters parameters) {
        List<String> faults = new ArrayList<>();
        parameters
                .byName()
                .forEach((name, parameter) ->
                        faultOf(parameter).ifPresent(fault -> faults.add(Text.line(name) + ": " + fault)));
        return faults;
    }

    private Optional<String> faultOf(JobParameter parameter) {
        if (StoredSecret.is(parameter.value())) {
            return Optional.of("begins with '" + StoredSecret.FAMILY
                    + "', which marks encrypted values in the tables; begin it with something else");
        }
        if (!parameter.secret()) {
            return Optional.empty();
        }
        if (parameter.value().equals(JobParameter.MASK)) {
            return Optional.of("is the mask that stands for a secret, not the secret; give that itself");
        }
        int bytes = parameter.value().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MOST_BYTES) {
            return Optional.of("has " + bytes + " bytes in UTF-8; a secret may have " + MOST_BYTES);
        }
        try {
            key();
            return Optional.empty();
        } catch (IllegalStateException e) {
            return Optional.of("is a secret and cannot be stored encrypted: " + e.getMessage());
        }
    }

    private SecretKey key() {
        SecretKey key = keys.key();
        byte[] bytes = key.getEncoded();
        if (!"AES".equals(key.getAlgorithm()) || (bytes != null && bytes.length != KEY_BYTES)) {
            throw new IllegalStateException(
                    "the key for secret parameters is not an AES key of 256 bits; make one of" + " that kind");
        }
        return key;
    }

    /** The text to be stored. */
    public String encrypted(String job, String name, String plain) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key(), nonce, job, name)
                    .doFinal(plain.getBytes(StandardCharsets.UTF_8));
            byte[] whole = ByteBuffer.allocate(nonce.length + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
            return StoredSecret.PREFIX + Base64.getEncoder().encodeToString(whole);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The secret parameter " + name + " cannot be encrypted: " + e, e);
        }
    }

    /**
     * Puts the values of an earlier execution in the place of their masks, for a restart that gives no others.
     *
     * @param before as they are stored
     * @param asked the parameters of the restart: the engine has merged those of before into them
     * @param faults gets one for each secret that cannot be read
     */
    public Properties opened(String job, JobParameters before, Properties asked, List<String> faults) {
        Properties opened = new Properties();
        for (String name : asked.stringPropertyNames()) {
            String value = asked.getProperty(name);
            JobParameter stored = before.byName().get(name);
            if (stored != null
                    && stored.secret()
                    && (value.equals(JobParameter.MASK) || value.equals(stored.value()))) {
                value = decrypted(job, name, stored.value(), faults);
            }
            opened.setProperty(name, value);
        }
        return opened;
    }

    /**
     * A text of which nobody knows whether it was stored encrypted.
     *
     * @throws IllegalStateException if it was, and cannot be read
     */
    public String plain(String job, String name, String stored) {
        if (!StoredSecret.is(stored)) {
            return stored;
        }
        List<String> faults = new ArrayList<>();
        String plain = decrypted(job, name, stored, faults);
        if (!faults.isEmpty()) {
            throw new IllegalStateException(faults.get(0));
        }
        return plain;
    }

    private String decrypted(String job, String name, String stored, List<String> faults) {
        try {
            SecretKey key = key();
            ByteBuffer whole =
                    ByteBuffer.wrap(Base64.getDecoder().decode(stored.substring(StoredSecret.PREFIX.length())));
            byte[] nonce = new byte[NONCE_BYTES];
            whole.get(nonce);
            byte[] sealed = new byte[whole.remaining()];
            whole.get(sealed);
            byte[] plain = cipher(Cipher.DECRYPT_MODE, key, nonce, job, name).doFinal(sealed);
            return new String(plain, StandardCharsets.UTF_8);
        } catch (IllegalStateException e) {
            faults.add(Text.line(name) + ": is stored encrypted and cannot be read: " + e.getMessage());
        } catch (GeneralSecurityException | RuntimeException e) {
            faults.add(Text.line(name)
                    + ": is stored encrypted with another key than the one that there is now, and cannot"
                    + " be read; give it again with the restart");
        }
        return "";
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] nonce, String job, String name)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD((StoredSecret.PREFIX + '\0' + job + '\0' + name).getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /** The secrets among the parameters of a launch. */
    public static List<String> in(JobParameters parameters) {
        return parameters.byName().values().stream()
                .filter(JobParameter::secret)
                .map(JobParameter::value)
                .toList();
    }

    /** A text that somebody else has written, and who may have quoted a secret. */
    public static String masked(String text, Collection<String> secrets) {
        String masked = text;
        for (String secret : secrets) {
            if (secret.length() >= SHORT) {
                masked = masked.replace(secret, JobParameter.MASK);
            } else if (!secret.isEmpty()) {
                masked = masked.replace("'" + secret + "'", "'" + JobParameter.MASK + "'")
                        .replace('"' + secret + '"', '"' + JobParameter.MASK + '"');
            }
        }
        return masked;
    }
}
