package dev.reprise.internal.doorbell;

import dev.reprise.internal.database.Channel;
import dev.reprise.internal.database.Channel.Hearing;
import dev.reprise.internal.database.Connections;
import dev.reprise.internal.database.ThreadTransaction;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/** Rings with PostgreSQL's NOTIFY, as a part of the transaction, and listens on one connection that it keeps. */
final class NotifyDoorbell implements Doorbell {

    private final Channel channel;
    private final Connections connections;
    private final ThreadTransaction transaction;
    private final Trouble trouble;
    private final Pace pace;
    private final Listeners listeners = new Listeners();
    private final Wire wire;

    NotifyDoorbell(
            Channel channel,
            Connections connections,
            ThreadTransaction transaction,
            String application,
            Trouble trouble,
            Pace pace) {
        this.channel = channel;
        this.connections = connections;
        this.transaction = transaction;
        this.trouble = trouble;
        this.pace = pace;
        this.wire = new Wire("reprise-doorbell-" + application, trouble, pace, this::hear);
    }

    @Override
    public void ring(Handle handle, Bell bell) {
        OwnTransaction.required(transaction);
        channel.say(handle, bell.text());
    }

    @Override
    public void listen(Consumer<Bell> rung) {
        listeners.add(rung);
        wire.begin();
    }

    private void hear(Wire until) throws SQLException {
        try (Hearing hearing = channel.hear(connections, pace.patience())) {
            until.works();
            listeners.tell(Bell.WORK);
            long asked = System.nanoTime();
            boolean proven = false;
            while (!until.isClosed()) {
                for (String said : hearing.next(pace.slice())) {
                    Bell.of(said).ifPresent(listeners::tell);
                }
                if (System.nanoTime() - asked > pace.patience().toNanos()) {
                    hearing.probe();
                    if (!proven && !hearing.hasHeardItself()) {
                        trouble.warn(
                                "What PostgreSQL notifies does not arrive, not even what this node says: a connection pooler"
                                        + " between that gives each transaction another session? Nodes find what there is"
                                        + " to do by their own looks every few seconds. Let the data source lead to"
                                        + " PostgreSQL itself, or write reprise.doorbell=none.");
                    }
                    proven = true;
                    asked = System.nanoTime();
                }
            }
        }
    }

    @Override
    public void close() {
        wire.close();
    }
}
