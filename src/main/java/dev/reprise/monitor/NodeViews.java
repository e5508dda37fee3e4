package dev.reprise.monitor;

import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.store.history.History;
import dev.reprise.state.NodeIdentity;
import dev.reprise.state.NodeState;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The nodes of this application. */
final class NodeViews {

    private final Supplier<RepriseRepository> repositories;

    NodeViews(Supplier<RepriseRepository> repositories) {
        this.repositories = repositories;
    }

    /** The nodes of this application by name. */
    List<View.Node> all() {
        Optional<String> self = repositories.get().thisNode().node().map(NodeIdentity::name);
        return history().nodes().stream()
                .map(node -> node(node, self.filter(node.name()::equals).isPresent()))
                .toList();
    }

    private View.Node node(NodeState node, boolean self) {
        return new View.Node(
                node.name(),
                node.incarnation(),
                node.process(),
                node.started(),
                node.heartbeat(),
                node.age() == null ? null : node.age().toMillis(),
                history().lease().toMillis(),
                node.alive(),
                self,
                node.running(),
                node.partitions() == 0 ? null : node.partitions());
    }

    private History history() {
        return repositories.get().neighbours().seen();
    }
}
