package dev.reprise.bench;

import java.util.Arrays;
import java.util.Locale;

/** Who is measured. */
public enum PeerKind {
    STOCK("stock WildFly"),
    SPRING("Spring Batch"),
    REPRISE("Reprise"),
    RAW("plain JDBC");

    private final String title;

    PeerKind(String title) {
        this.title = title;
    }

    /** As people call it. */
    String title() {
        return title;
    }

    /** As options, folders and results call it. */
    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isWildFly() {
        return this == STOCK || this == REPRISE;
    }

    static PeerKind of(String id) {
        return Arrays.stream(values())
                .filter(kind -> kind.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new UsageException(
                        "There is no peer '" + id + "': the peers are stock, spring, reprise, raw."));
    }
}
