package dev.reprise.internal.doorbell;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/** Who listens in a test. */
final class Visitor implements Consumer<Bell> {

    private final List<Bell> heard = new CopyOnWriteArrayList<>();

    /** Hears, by now, and has forgotten that it has begun to. */
    static Visitor at(Doorbell doorbell) {
        Visitor visitor = new Visitor();
        doorbell.listen(visitor);
        visitor.await(Bell.WORK);
        visitor.heard.clear();
        return visitor;
    }

    @Override
    public void accept(Bell bell) {
        heard.add(bell);
    }

    List<Bell> heard() {
        return heard;
    }

    void await(Bell bell) {
        Awaitility.await().until(() -> heard.contains(bell));
    }
}
