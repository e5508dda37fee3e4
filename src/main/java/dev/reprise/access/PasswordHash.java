package dev.reprise.access;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import org.wildfly.security.password.Password;
import org.wildfly.security.password.PasswordFactory;
import org.wildfly.security.password.interfaces.BCryptPassword;
import org.wildfly.security.password.spec.EncryptablePasswordSpec;
import org.wildfly.security.password.spec.IteratedSaltedPasswordAlgorithmSpec;

/** The hash that passwords are kept as. */
public final class PasswordHash {

    /** Enough for passwords that no list has; each request with BASIC takes that work. As in set-user.sh. */
    private static final int BCRYPT_COST = 10;

    private PasswordHash() {}

    /** A password as it is kept, with a salt of its own. */
    public static Password of(String password) throws GeneralSecurityException {
        byte[] salt = new byte[BCryptPassword.BCRYPT_SALT_SIZE];
        new SecureRandom().nextBytes(salt);
        return PasswordFactory.getInstance(BCryptPassword.ALGORITHM_BCRYPT)
                .generatePassword(new EncryptablePasswordSpec(
                        password.toCharArray(), new IteratedSaltedPasswordAlgorithmSpec(BCRYPT_COST, salt)));
    }
}
