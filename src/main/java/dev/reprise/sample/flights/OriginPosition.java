package dev.reprise.sample.flights;

import dev.reprise.item.Position;

/**
 * How far step {@code summarise} is in its range.
 *
 * @param lastOrigin the last airport that was read; empty before the first
 * @param done airports
 * @param total airports
 */
record OriginPosition(String lastOrigin, long done, long total) implements Position {

    private static final long serialVersionUID = 1;

    @Override
    public String unit() {
        return "airports";
    }
}
