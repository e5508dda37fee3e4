package dev.reprise.item;

import jakarta.batch.api.BatchProperty;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code repriseCsvReader} in job XML: the {@link CsvRecord}s of a file. Properties: {@code file}; {@code root}, the folder that it
 * must lie in, as {@link RootFolder#of} takes it (none: it may lie anywhere); {@code columns}, the header's
 * names separated by commas; {@code charset} (UTF-8); {@code separator}, a character or {@code tab} (a comma); {@code
 * oneLine} and {@code skipEmptyLines}, {@code true} or {@code false} (false).
 */
@Dependent
@Named("repriseCsvReader")
@Typed(CsvItemReader.class)
class CsvItemReader extends AbstractCsvReader<CsvRecord> {

    @Inject
    CsvItemReader(
            @BatchProperty(name = "file") @Nullable String file,
            @BatchProperty(name = "root") @Nullable String root,
            @BatchProperty(name = "columns") @Nullable String columns,
            @BatchProperty(name = "charset") @Nullable String charset,
            @BatchProperty(name = "separator") @Nullable String separator,
            @BatchProperty(name = "oneLine") @Nullable String oneLine,
            @BatchProperty(name = "skipEmptyLines") @Nullable String skipEmptyLines) {
        super(
                file(ItemProperties.required("repriseCsvReader", "file", file), root),
                new CsvFormat(
                        ItemProperties.names("repriseCsvReader", "columns", columns),
                        charset(charset),
                        separator(separator),
                        ItemProperties.flag("repriseCsvReader", "oneLine", oneLine),
                        ItemProperties.flag("repriseCsvReader", "skipEmptyLines", skipEmptyLines),
                        CsvFormat.LONGEST));
    }

    private static Path file(String file, @Nullable String root) {
        if (root == null || root.isBlank()) {
            return Path.of(file);
        }
        try {
            return RootFolder.of(root.strip()).resolve(file);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("property file of repriseCsvReader: " + e.getMessage(), e);
        }
    }

    private static Charset charset(@Nullable String name) {
        try {
            return name == null || name.isBlank() ? StandardCharsets.UTF_8 : Charset.forName(name.strip());
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw new IllegalArgumentException(
                    "property charset of repriseCsvReader: expected a charset of Java, found '" + name + "'", e);
        }
    }

    private static char separator(@Nullable String separator) {
        if (separator == null || separator.isEmpty()) {
            return ',';
        }
        if (separator.equals("tab")) {
            return '\t';
        }
        if (separator.length() > 1) {
            throw new IllegalArgumentException(
                    "property separator of repriseCsvReader: expected one character, or tab; found '" + separator
                            + "'");
        }
        return separator.charAt(0);
    }

    @Override
    protected CsvRecord item(CsvRecord row) {
        return row;
    }
}
