package dev.reprise.internal.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

/**
 * The migrations of one database. Each is one text for all: a line that ends with the name of a product, as a comment, is
 * that product's alone, and where no line is left there is no migration. What remains is what the history of tables that
 * were made long ago has the checksum of (decision 048).
 */
public final class Migrations implements ResourceProvider {

    /** In the order of their versions. Listed, because what a class path holds is told differently by each server. */
    static final List<String> ALL = List.of(
            "V1__job_repository.sql",
            "V2__transitions_and_plans.sql",
            "V3__recovery.sql",
            "V4__audit.sql",
            "V5__unfinished_executions.sql",
            "V6__purge.sql",
            "V7__statuses_that_touch_no_index.sql",
            "V8__sequences_with_a_cache.sql",
            "V9__owners_by_incarnation.sql",
            "V10__applications.sql",
            "V11__unfinished_of_applications.sql",
            "V12__definitions.sql",
            "V13__tokens_of_launches.sql",
            "V14__attempts.sql",
            "V15__leases.sql",
            "V16__requests.sql",
            "V17__work.sql",
            "V18__schedules.sql",
            "V19__waiting_executions.sql",
            "V21__attention.sql");

    private static final String FOLDER = "/dev/reprise/internal/database/migrations/";

    private static final Pattern OF_ONE_PRODUCT =
            Pattern.compile("(.*) -- (" + H2.PRODUCT + "|" + PostgreSql.PRODUCT + ")");

    private final List<LoadableResource> scripts;

    public Migrations(Dialect dialect) {
        this.scripts = ALL.stream()
                .map(name -> new Script(name, textFor(dialect.product(), read(name))))
                .filter(script -> !script.text.isBlank())
                .map(LoadableResource.class::cast)
                .toList();
    }

    private static String textFor(String product, String text) {
        StringBuilder its = new StringBuilder();
        for (String line : text.lines().toList()) {
            Matcher marked = OF_ONE_PRODUCT.matcher(line);
            if (!marked.matches()) {
                its.append(line).append('\n');
            } else if (marked.group(2).equals(product)) {
                its.append(marked.group(1)).append('\n');
            }
        }
        return its.toString();
    }

    private static String read(String name) {
        try (InputStream stream = Migrations.class.getResourceAsStream(FOLDER + name)) {
            if (stream == null) {
                throw new IllegalStateException("The library's " + FOLDER + name + " is not on the class path");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public @Nullable LoadableResource getResource(String name) {
        return scripts.stream()
                .filter(script -> script.getRelativePath().equals(name))
                .findFirst()
                .orElse(null);
    }

    @Override
    public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
        return scripts.stream()
                .filter(script -> script.getFilename().startsWith(prefix))
                .filter(script -> Arrays.stream(suffixes).anyMatch(script.getFilename()::endsWith))
                .toList();
    }

    private static final class Script extends LoadableResource {

        private final String name;
        private final String text;

        Script(String name, String text) {
            this.name = name;
            this.text = text;
        }

        @Override
        public Reader read() {
            return new StringReader(text);
        }

        @Override
        public String getAbsolutePath() {
            return FOLDER + name;
        }

        @Override
        public String getAbsolutePathOnDisk() {
            return FOLDER + name;
        }

        @Override
        public String getFilename() {
            return name;
        }

        @Override
        public String getRelativePath() {
            return name;
        }
    }
}
