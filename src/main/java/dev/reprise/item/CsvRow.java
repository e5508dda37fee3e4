package dev.reprise.item;

import java.nio.file.Path;
import java.util.List;

/**
 * One row of a CSV file, which knows where it stands, so that what is wrong with it can be said.
 *
 * @param file the file
 * @param line the line, from 1 (the header)
 * @param text the whole line, without its end
 * @param header the names of the columns
 * @param fields as many fields as there are columns
 */
public record CsvRow(Path file, long line, String text, List<String> header, List<String> fields) {

    public CsvRow {
        header = List.copyOf(header);
        fields = List.copyOf(fields);
    }

    /** The text of a column, counted from 0. */
    public String field(int column) {
        return fields.get(column);
    }

    /**
     * The whole number in a column, counted from 0.
     *
     * @throws BrokenInputException if it is none, or does not lie between these two
     */
    public long wholeNumber(int column, long least, long most) throws BrokenInputException {
        String field = fields.get(column);
        try {
            long number = Long.parseLong(field);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw broken(column, "a whole number");
        }
        throw broken(column, "a whole number from " + least + " to " + most);
    }

    /** What to throw when a column, counted from 0, does not hold what it must: {@code expected} completes "expected …". */
    public BrokenInputException broken(int column, String expected) {
        return new BrokenInputException(
                file, line, expected + " as " + header.get(column), "'" + CsvRows.excerpt(fields.get(column)) + "'");
    }
}
