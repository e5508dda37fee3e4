package dev.reprise.parameters;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Schemas as a deployment holds them. */
final class Schemas {

    private Schemas() {}

    /** The schema of a job whose deployment has this one file. */
    static ParameterSchema of(String json) {
        return ParameterSchema.find("flights", deployment(json)).orElseThrow();
    }

    /** A schema with these properties, in JSON without the braces. */
    static ParameterSchema ofProperties(String properties) {
        return of("{\"type\": \"object\", \"properties\": {" + properties + "}}");
    }

    static List<String> faults(ParameterSchema schema, Map<String, String> given) {
        return schema.resolve(given).faults().stream()
                .map(ParameterFault::toString)
                .toList();
    }

    static ClassLoader deployment(String json) {
        return deployment(json.getBytes(StandardCharsets.UTF_8));
    }

    static ClassLoader deployment(byte[] file) {
        return new ClassLoader(null) {
            @Override
            public @Nullable InputStream getResourceAsStream(String name) {
                return name.equals("META-INF/batch-jobs/flights.schema.json") ? new ByteArrayInputStream(file) : null;
            }
        };
    }
}
