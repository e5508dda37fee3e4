package dev.reprise.sample.flights;

import dev.reprise.item.WholeFile;
import dev.reprise.log.OneLine;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Step {@code report}: writes the month's page and its CSV file. */
@Dependent
@Named
class ReportBatchlet extends AbstractBatchlet {

    private static final Logger LOGGER = System.getLogger(ReportBatchlet.class.getName());

    private final FlightTables tables;
    private final String month;
    private final BigDecimal alertBelowPercent;
    private final Path airportsFile;
    private final Path folder;

    @Inject
    ReportBatchlet(
            FlightTables tables,
            @BatchProperty(name = "month") String month,
            @BatchProperty(name = "alertBelowPercent") String alertBelowPercent,
            @BatchProperty(name = "reportDirectory") @Nullable String reportDirectory) {
        this(tables, month, alertBelowPercent, SampleFiles.airports(), SampleFiles.reports(reportDirectory));
    }

    ReportBatchlet(FlightTables tables, String month, String alertBelowPercent, Path airportsFile, Path folder) {
        this.tables = tables;
        this.month = month;
        this.alertBelowPercent = new BigDecimal(alertBelowPercent);
        this.airportsFile = airportsFile;
        this.folder = folder;
    }

    @Override
    public @Nullable String process() throws IOException, SQLException {
        FlightReport report = report();
        Path page = folder.resolve("flight-performance-" + month + ".html");
        WholeFile.write(folder.resolve("flight-performance-" + month + ".csv"), report.csv());
        WholeFile.write(page, report.html());
        LOGGER.log(Level.INFO, "report: " + OneLine.of(page.toString()));
        return null;
    }

    private FlightReport report() throws IOException, SQLException {
        Airports airports = Airports.read(airportsFile);
        try (Connection connection = tables.dataSource().getConnection()) {
            return new FlightReport(
                    month,
                    alertBelowPercent,
                    airports,
                    FlightMonth.rejected(connection, month),
                    FlightMonth.rejectedByReason(connection, month),
                    FlightMonth.airports(connection, month),
                    FlightMonth.routes(connection, month));
        }
    }
}
