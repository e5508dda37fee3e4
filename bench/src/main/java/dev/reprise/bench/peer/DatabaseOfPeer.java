package dev.reprise.bench.peer;

/** The database of this process, as the bench named it in system properties. */
public record DatabaseOfPeer(String url, String user, String password) {

    /** Connections that a pool may hold: as many as WildFly's data source. */
    public static final int MOST_CONNECTIONS = 40;

    /** Connections that a pool keeps: as many as WildFly's data source. */
    public static final int LEAST_CONNECTIONS = 2;

    /** The one in {@code bench.url}, {@code bench.user} and {@code bench.password}. */
    public static DatabaseOfPeer ofThisProcess() {
        return new DatabaseOfPeer(
                System.getProperty("bench.url", ""),
                System.getProperty("bench.user", ""),
                System.getProperty("bench.password", ""));
    }

    /** Whether it is an H2 database. */
    public boolean isH2() {
        return url.startsWith("jdbc:h2:");
    }
}
