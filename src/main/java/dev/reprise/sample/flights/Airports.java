package dev.reprise.sample.flights;

import dev.reprise.item.CsvFormat;
import dev.reprise.item.CsvRecord;
import dev.reprise.item.CsvRecords;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The airports there are, by IATA code. */
record Airports(Map<String, Airport> byCode) {

    static final CsvFormat FORMAT = CsvFormat.of("iata", "name", "city", "state", "country", "latitude", "longitude")
            .oneLineEach();

    /** As long as the columns that hold a code. */
    private static final int LONGEST_CODE = 8;

    Airports {
        byCode = Map.copyOf(byCode);
    }

    static Airports read(Path file) throws IOException {
        Map<String, Airport> byCode = new HashMap<>();
        try (CsvRecords rows = CsvRecords.open(file, FORMAT, null)) {
            for (CsvRecord row = rows.next(); row != null; row = rows.next()) {
                String code = row.field(0);
                if (code.isEmpty() || code.length() > LONGEST_CODE) {
                    throw row.broken(0, "a code of 1 to " + LONGEST_CODE + " characters");
                }
                byCode.put(code, new Airport(code, row.field(1), row.field(2), row.field(3)));
            }
        }
        return new Airports(byCode);
    }

    boolean has(String code) {
        return byCode.containsKey(code);
    }

    /** The airport with this code; one that has no name but its code if it is not known. */
    Airport get(String code) {
        Airport airport = byCode.get(code);
        return airport != null ? airport : new Airport(code, code, "", "");
    }

    record Airport(String code, String name, String city, String state) {

        /** {@code "Bangor, ME"}, as far as it is known. */
        String place() {
            return city.isEmpty() || state.isEmpty() ? city + state : city + ", " + state;
        }
    }
}
