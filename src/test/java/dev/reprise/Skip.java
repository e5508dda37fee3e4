package dev.reprise;

import org.junit.jupiter.api.Assumptions;

/** Tests that cannot run, or are not to: never without a line that says why. */
public final class Skip {

    private Skip() {}

    /** Goes on if it holds; else the test, or all of its class, is skipped. */
    public static void unless(boolean holds, String reason) {
        if (!holds) {
            System.out.println("Skipped: " + reason);
            Assumptions.abort("Skipped: " + reason);
        }
    }
}
