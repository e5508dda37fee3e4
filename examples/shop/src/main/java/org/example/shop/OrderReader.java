package org.example.shop;

import dev.reprise.item.AbstractCsvReader;
import dev.reprise.item.CsvFormat;
import dev.reprise.item.CsvRecord;
import jakarta.batch.api.BatchProperty;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;

/** Orders of a file. A line that is none can be skipped. */
@Dependent
@Named
public class OrderReader extends AbstractCsvReader<PlacedOrder> {

    private static final CsvFormat ORDERS =
            CsvFormat.of("id", "customer", "amount").oneLineEach();

    @Inject
    OrderReader(@BatchProperty(name = "file") String file) {
        super(Path.of(file), ORDERS);
    }

    @Override
    protected PlacedOrder item(CsvRecord row) throws IOException {
        try {
            return new PlacedOrder(
                    row.wholeNumber(0, 1, Long.MAX_VALUE), row.field(1), new BigDecimal(row.field(2)));
        } catch (NumberFormatException e) {
            throw row.broken(2, "an amount");
        }
    }
}
