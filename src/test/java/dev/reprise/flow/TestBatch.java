package dev.reprise.flow;

import dev.reprise.testing.InProcessBatch;

/** One database for all tests of this package; each class opens and closes it. */
final class TestBatch {

    static final ScriptedArtifacts SCRIPTED = new ScriptedArtifacts();
    static final NumberedItems ITEMS = new NumberedItems();

    static final InProcessBatch BATCH =
            ITEMS.addTo(SCRIPTED.addTo(InProcessBatch.builder())).threads(30).build();

    private TestBatch() {}
}
