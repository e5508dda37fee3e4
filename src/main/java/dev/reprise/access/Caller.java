package dev.reprise.access;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A person or program that asks for something.
 *
 * @param user its name, as the server's security knows it
 * @param address from where; null if that is not known
 * @param roles what it may do
 */
public record Caller(String user, @Nullable String address, Set<Role> roles) {

    public Caller {
        roles = Set.copyOf(roles);
    }

    /** A caller with those roles whose names the server's security confirms. */
    public static Caller of(String user, @Nullable String address, Predicate<String> hasRole) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (Role role : Role.values()) {
            if (hasRole.test(role.roleName())) {
                roles.add(role);
            }
        }
        return new Caller(user, address, roles);
    }
}
