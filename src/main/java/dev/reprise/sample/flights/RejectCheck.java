package dev.reprise.sample.flights;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Step {@code checkRejects}: whether strictly more than {@code maxRejectPercent} of the month's rows were rejected. It
 * counts what is in the tables, so rows that were put right count as such.
 */
@Dependent
@Named
class RejectCheck extends AbstractBatchlet {

    /** Exit status: the job stops, and a restart begins here again. */
    static final String TOO_MANY_REJECTS = "TOO_MANY_REJECTS";

    private static final Logger LOGGER = System.getLogger(RejectCheck.class.getName());

    private final FlightTables tables;
    private final String month;
    private final BigDecimal maxRejectPercent;

    @Inject
    RejectCheck(
            FlightTables tables,
            @BatchProperty(name = "month") String month,
            @BatchProperty(name = "maxRejectPercent") String maxRejectPercent) {
        this.tables = tables;
        this.month = month;
        this.maxRejectPercent = new BigDecimal(maxRejectPercent);
    }

    /**
     * @throws IllegalStateException if the month has no row at all: {@code load} leaves at least one, so somebody removed
     *     them, and a report on nothing would look like a success
     */
    @Override
    public @Nullable String process() throws SQLException {
        Share rejected = rejected();
        if (rejected.whole() == 0) {
            throw new IllegalStateException(
                    "step load is complete, but neither FLIGHT nor REJECTED_FLIGHT has a row of " + month
                            + ": put them back, then restart");
        }
        if (rejected.isMoreThan(maxRejectPercent)) {
            LOGGER.log(
                    Level.WARNING,
                    "Rejected of " + month + ": " + rejected + ", more than maxRejectPercent=" + maxRejectPercent
                            + ". Raise it, or move rows from REJECTED_FLIGHT to FLIGHT, then restart");
            return TOO_MANY_REJECTS;
        }
        LOGGER.log(Level.INFO, "Rejected of " + month + ": " + rejected);
        return null;
    }

    private Share rejected() throws SQLException {
        try (Connection connection = tables.dataSource().getConnection()) {
            return FlightMonth.rejected(connection, month);
        }
    }
}
