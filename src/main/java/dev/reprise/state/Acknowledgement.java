package dev.reprise.state;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * That somebody knows of what needs a person.
 *
 * @param user who
 * @param note what it says of it; null if nothing
 * @param at when, by the database's clock
 * @param until nobody need be told again before then
 */
public record Acknowledgement(String user, @Nullable String note, Instant at, Instant until) {}
