package dev.reprise.sample.flights;

import jakarta.batch.api.listener.AbstractJobListener;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.sql.SQLException;

/** Before the job runs: its tables are there, or the job fails and says why. */
@Dependent
@Named
class FlightTablesListener extends AbstractJobListener {

    private final FlightTables tables;

    @Inject
    FlightTablesListener(FlightTables tables) {
        this.tables = tables;
    }

    @Override
    public void beforeJob() throws SQLException {
        tables.makeReady();
    }
}
