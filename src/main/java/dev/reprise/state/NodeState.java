package dev.reprise.state;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A node of the application, as the others see it (contract.md §6).
 *
 * @param name unique within the application
 * @param incarnation how often a process entered under its name, from 1
 * @param process the process and the host behind the name; null if it never said
 * @param started when it entered, by the database's clock, as the other times
 * @param heartbeat when it reported last; null if it left
 * @param age of that report by the database's clock; null if it left
 * @param alive whether the report is younger than the lease
 * @param running how many executions it owns
 * @param partitions how many partitions it has taken, of those that any node may run
 */
public record NodeState(
        String name,
        long incarnation,
        @Nullable String process,
        Instant started,
        @Nullable Instant heartbeat,
        @Nullable Duration age,
        boolean alive,
        int running,
        int partitions) {}
