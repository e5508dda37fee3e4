package dev.reprise.sample.flights;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.Decider;
import jakarta.batch.runtime.StepExecution;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Decision {@code judge}: whether strictly less than {@code alertBelowPercent} of the flights were on time. No flights are
 * no reason for an alert.
 */
@Dependent
@Named
class PunctualityDecider implements Decider {

    static final String ALERT = "ALERT";
    static final String REPORT = "REPORT";

    private static final Logger LOGGER = System.getLogger(PunctualityDecider.class.getName());

    private final FlightTables tables;
    private final String month;
    private final BigDecimal alertBelowPercent;

    @Inject
    PunctualityDecider(
            FlightTables tables,
            @BatchProperty(name = "month") String month,
            @BatchProperty(name = "alertBelowPercent") String alertBelowPercent) {
        this.tables = tables;
        this.month = month;
        this.alertBelowPercent = new BigDecimal(alertBelowPercent);
    }

    @Override
    public String decide(StepExecution[] executions) throws SQLException {
        try (Connection connection = tables.dataSource().getConnection()) {
            Share onTime = FlightMonth.onTime(connection, month);
            boolean alert = onTime.isLessThan(alertBelowPercent);
            LOGGER.log(
                    Level.INFO,
                    "On time in " + month + ": " + onTime + ", " + (alert ? "less than" : "not less than")
                            + " alertBelowPercent=" + alertBelowPercent);
            return alert ? ALERT : REPORT;
        }
    }
}
