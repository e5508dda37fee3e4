package dev.reprise.wildfly;

import dev.reprise.access.PasswordHash;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.msc.Service;
import org.jboss.msc.service.StartContext;
import org.jboss.msc.service.StopContext;
import org.wildfly.security.auth.principal.NamePrincipal;
import org.wildfly.security.auth.server.ModifiableRealmIdentity;
import org.wildfly.security.auth.server.ModifiableRealmIdentityIterator;
import org.wildfly.security.auth.server.ModifiableSecurityRealm;
import org.wildfly.security.auth.server.RealmUnavailableException;
import org.wildfly.security.authz.MapAttributes;
import org.wildfly.security.credential.PasswordCredential;

/**
 * Makes a user for each role in a realm that has no users, and prints their passwords: once, and on the server's
 * standard output only, past its log files.
 */
final class FirstUsers implements Service {

    private static final Logger LOG = System.getLogger(FirstUsers.class.getName());

    /** In which a realm's users have their roles. */
    private static final String ROLES = "Roles";

    private record User(String name, List<String> roles) {}

    private static final List<User> USERS = List.of(
            new User("viewer", List.of("batch-viewer")),
            new User("operator", List.of("batch-viewer", "batch-operator")),
            new User("admin", List.of("batch-viewer", "batch-operator", "batch-admin")));

    /** None that looks like another one. */
    private static final String LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    private static final int LENGTH = 20;

    private final Supplier<ModifiableSecurityRealm> realm;
    private final Supplier<Executor> executor;

    FirstUsers(Supplier<ModifiableSecurityRealm> realm, Supplier<Executor> executor) {
        this.realm = realm;
        this.executor = executor;
    }

    @Override
    public void start(StartContext context) {
        executor.get().execute(() -> {
            make(realm.get(), FirstUsers::print);
            PrivateFiles.users();
        });
    }

    @Override
    public void stop(StopContext context) {
        // They stay.
    }

    /**
     * Another node may do the same at this moment, in the same folder: who creates a user gives it its password, and
     * tells.
     *
     * @param told names and passwords, unless nothing was made
     */
    static void make(ModifiableSecurityRealm realm, Consumer<Map<String, String>> told) {
        Map<String, String> made = new LinkedHashMap<>();
        try {
            if (hasUsers(realm)) {
                return;
            }
            for (User user : USERS) {
                String password = password();
                if (create(realm, user.name(), password, user.roles())) {
                    made.put(user.name(), password);
                }
            }
        } catch (IOException | GeneralSecurityException e) {
            LOG.log(Level.ERROR, "The first users cannot be made, so nobody may be able to log in", e);
        }
        if (!made.isEmpty()) {
            told.accept(made);
        }
    }

    private static boolean hasUsers(ModifiableSecurityRealm realm) throws IOException {
        try (ModifiableRealmIdentityIterator users = realm.getRealmIdentityIterator()) {
            return users.hasNext();
        }
    }

    private static boolean create(ModifiableSecurityRealm realm, String name, String password, List<String> roles)
            throws RealmUnavailableException, GeneralSecurityException {
        PasswordCredential hash = new PasswordCredential(PasswordHash.of(password));
        ModifiableRealmIdentity user = realm.getRealmIdentityForUpdate(new NamePrincipal(name));
        try {
            if (user.exists()) {
                return false;
            }
            try {
                user.create();
            } catch (RealmUnavailableException e) {
                if (user.exists()) {
                    return false;
                }
                throw e;
            }
            MapAttributes attributes = new MapAttributes();
            attributes.addAll(ROLES, roles);
            user.setCredentials(List.of(hash));
            user.setAttributes(attributes);
            return true;
        } finally {
            user.dispose();
        }
    }

    static String password() {
        return new SecureRandom()
                .ints(LENGTH, 0, LETTERS.length())
                .collect(StringBuilder::new, (text, at) -> text.append(LETTERS.charAt(at)), StringBuilder::append)
                .toString();
    }

    /** {@code System.out} is a logger here, and would write them to the server's log file. */
    private static void print(Map<String, String> passwords) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("Reprise has made its first users. Their passwords are shown this once and kept nowhere:");
        lines.add("");
        passwords.forEach((name, password) -> lines.add(String.format("    %-10s %s", name, password)));
        lines.add("");
        // Closing it would close the server's standard output.
        @SuppressWarnings("resource")
        PrintStream console = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        console.print(String.join(System.lineSeparator(), lines) + System.lineSeparator());
        console.flush();
    }
}
