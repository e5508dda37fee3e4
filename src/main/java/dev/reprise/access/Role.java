package dev.reprise.access;

/** What a caller may do; each role is given by itself, and an administrator usually has all three. */
public enum Role {
    /** To see jobs, executions and nodes. */
    VIEWER("batch-viewer"),
    /** To launch, stop and restart, and to see logs and stack traces. */
    OPERATOR("batch-operator"),
    /** To abandon and purge, and to see who did what. */
    ADMIN("batch-admin");

    private final String roleName;

    Role(String roleName) {
        this.roleName = roleName;
    }

    /** As the server's security knows it. */
    public String roleName() {
        return roleName;
    }
}
