package dev.reprise.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The description of the API, and whether an answer is as it says. */
final class OpenApi {

    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonNode description;
    private final SchemaRegistry schemas = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Map<String, Schema> byName = new ConcurrentHashMap<>();

    private OpenApi(JsonNode description) {
        this.description = description;
    }

    static OpenApi read() {
        try (InputStream yaml = OpenApi.class.getResourceAsStream("openapi.yaml")) {
            return new OpenApi(JSON.valueToTree(new Load(LoadSettings.builder().build()).loadFromInputStream(yaml)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code "GET /jobs/{job}"}, all of them. */
    Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        description
                .get("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    if (METHODS.contains(method)) {
                        operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
                    }
                }));
        return operations;
    }

    /**
     * What is wrong with an answer.
     *
     * @param schema the name of its type in the description
     */
    List<String> faults(String schema, String answer) {
        try {
            JsonNode value = JSON.readTree(answer);
            List<String> faults = new ArrayList<>();
            for (Error error : byName.computeIfAbsent(schema, this::schema).validate(value)) {
                faults.add(error.toString());
            }
            return faults;
        } catch (IOException e) {
            return List.of("no JSON: " + answer);
        }
    }

    /** Closed, so that a field nobody described is a fault. */
    private Schema schema(String name) {
        ObjectNode root = JSON.createObjectNode();
        root.set("components", description.get("components"));
        root.put("$ref", "#/components/schemas/" + name);
        root.put("unevaluatedProperties", false);
        return schemas.getSchema(root);
    }
}
