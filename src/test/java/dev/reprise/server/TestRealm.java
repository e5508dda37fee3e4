package dev.reprise.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.dmr.ModelNode;

/** A security domain of an application's own on the server that Arquillian started, with an empty realm of its name. */
public final class TestRealm implements AutoCloseable {

    private final Management server;
    private final String name;
    private final Path folder;

    /** Makes domain and realm. */
    public TestRealm(Management server, String name) {
        this.server = server;
        this.name = name;
        this.folder = ServerFolder.empty(ServerFolder.root().resolve("realm-" + name));
        ModelNode realm = Management.operation("add", "elytron", "filesystem-realm", name);
        realm.get("path").set(folder.toString());
        realm.get("levels").set(0);
        realm.get("encoded").set(false);
        server.execute(realm);
        ModelNode decoder = Management.operation("add", "elytron", "simple-role-decoder", name);
        decoder.get("attribute").set("Roles");
        server.execute(decoder);
        ModelNode domain = Management.operation("add", "elytron", "security-domain", name);
        ModelNode withDecoder = new ModelNode();
        withDecoder.get("realm").set(name);
        withDecoder.get("role-decoder").set(name);
        domain.get("realms").add(withDecoder);
        domain.get("default-realm").set(name);
        domain.get("permission-mapper").set("default-permission-mapper");
        server.execute(domain);
        ModelNode ofApplications = Management.operation("add", "undertow", "application-security-domain", name);
        ofApplications.get("security-domain").set(name);
        server.execute(ofApplications);
    }

    /** The names of all users in it. */
    public SortedSet<String> users() {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString().replaceFirst("\\.xml$", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a user, as an administrator does. */
    public void add(String user, String password, String role) {
        server.execute(identity("add-identity", user));
        ModelNode clear = identity("set-password", user);
        clear.get("clear").get("password").set(password);
        server.execute(clear);
        ModelNode roles = identity("add-identity-attribute", user);
        roles.get("name").set("Roles");
        roles.get("value").add(role);
        server.execute(roles);
    }

    /** Removes a user, as an administrator does. */
    public void remove(String user) {
        server.execute(identity("remove-identity", user));
    }

    private ModelNode identity(String operation, String user) {
        ModelNode node = Management.operation(operation, "elytron", "filesystem-realm", name);
        node.get("identity").set(user);
        return node;
    }

    @Override
    public void close() {
        removed("undertow", "application-security-domain");
        removed("elytron", "security-domain");
        removed("elytron", "simple-role-decoder");
        removed("elytron", "filesystem-realm");
    }

    private void removed(String subsystem, String type) {
        ModelNode remove = Management.operation("remove", subsystem, type, name);
        remove.get("operation-headers").get("allow-resource-service-restart").set(true);
        server.execute(remove);
    }
}
