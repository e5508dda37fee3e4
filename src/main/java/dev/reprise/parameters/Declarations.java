package dev.reprise.parameters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reprise.identity.JobParameters;
import dev.reprise.item.RootFolder;
import dev.reprise.log.Shown;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the parameters that a schema file declares under its properties. */
final class Declarations {

    private final String file;

    Declarations(String file) {
        this.file = file;
    }

    /** By name; {@code run.id}, which every job knows, only where the file declares it. */
    SortedMap<String, Declared> read(ObjectNode root) {
        SortedMap<String, Declared> declared = new TreeMap<>();
        for (Map.Entry<String, JsonNode> property : root.path("properties").properties()) {
            String name = property.getKey();
            if (name.isEmpty()
                    || name.startsWith(JobParameters.NON_IDENTIFYING_MARK)
                    || name.startsWith(JobParameters.ENGINE_PREFIX)
                    || !Shown.text(name).equals(name)) {
                throw invalid(
                        "it has a parameter called " + Shown.value(name),
                        "A parameter has a name of at most 100 printable characters that does not begin with '-' or"
                                + " 'jberet.'");
            }
            Declared parameter = declared(name, property.getValue());
            if (name.equals(Declared.RUN_ID) && (parameter.type() != ValueType.INTEGER || !parameter.identifying())) {
                throw invalid(
                        "'run.id' is not an identifying integer there, and it is what tells repeated runs apart",
                        "Leave it out: every job knows it");
            }
            declared.put(name, parameter);
        }
        return declared;
    }

    private Declared declared(String name, JsonNode property) {
        JsonNode identifying = property.path(SchemaKeywords.IDENTIFYING);
        if (!identifying.isMissingNode() && !identifying.isBoolean()) {
            throw invalid(
                    "'" + SchemaKeywords.IDENTIFYING + "' of parameter '" + name + "' is "
                            + Shown.text(identifying.toString()),
                    "Write true or false");
        }
        boolean secret = property.path(SchemaKeywords.SECRET).asBoolean();
        if (secret && identifying.asBoolean()) {
            throw invalid(
                    "parameter '" + name + "' is a secret ('" + SchemaKeywords.SECRET
                            + "') and says that it identifies the run",
                    "A secret does not identify: what does is shown wherever the run is named. Leave out '"
                            + SchemaKeywords.IDENTIFYING + "', or '" + SchemaKeywords.SECRET + "'");
        }
        if (secret && property.has("default")) {
            throw invalid(
                    "parameter '" + name + "' is a secret ('" + SchemaKeywords.SECRET
                            + "') and has a default, which everybody can read",
                    "Leave out the default");
        }
        ValueType type = type(name, property);
        JsonNode value = property.path("default");
        if (!value.isMissingNode() && !type.isTypeOf(value)) {
            throw invalid(
                    "the default of parameter '" + name + "' is " + Shown.text(value.toString()) + ", which is not "
                            + type.noun(),
                    "Give it a default of its own type, or none");
        }
        return new Declared(
                type,
                identifying.asBoolean(!secret),
                secret,
                root(name, type, property),
                literal(value),
                literal(property.path("examples").path(0)));
    }

    /** A path without a folder that it must lie in could name any file of the server. */
    private @Nullable RootFolder root(String name, ValueType type, JsonNode property) {
        boolean path = property.path("format").asText().equals(Faults.PATH);
        JsonNode root = property.path(SchemaKeywords.ROOT);
        if (!path && root.isMissingNode()) {
            return null;
        }
        if (!path || type != ValueType.STRING || !root.isTextual()) {
            throw invalid(
                    "parameter '" + name + "' is not a string with the format path and a folder as '"
                            + SchemaKeywords.ROOT + "'",
                    "Write \"type\": \"string\", \"format\": \"path\", \"" + SchemaKeywords.ROOT
                            + "\": \"${my.folder:/var/data}\", or none of them");
        }
        try {
            return RootFolder.of(root.asText());
        } catch (IllegalArgumentException e) {
            throw new InvalidSchemaException(
                    file,
                    "'" + SchemaKeywords.ROOT + "' of parameter '" + name + "' is no folder: "
                            + Shown.text(String.valueOf(e.getMessage())),
                    "Write a folder, like /var/data or ${my.folder:/var/data}",
                    e);
        }
    }

    private ValueType type(String name, JsonNode property) {
        String type = property.path("type").isMissingNode()
                ? "no type"
                : "the type " + Shown.text(property.path("type").toString());
        return switch (property.path("type").asText()) {
            case "string" -> ValueType.STRING;
            case "integer" -> ValueType.INTEGER;
            case "number" -> ValueType.NUMBER;
            case "boolean" -> ValueType.BOOLEAN;
            default ->
                throw invalid(
                        "parameter '" + name + "' has " + type, "Give it the type string, integer, number or boolean");
        };
    }

    private static @Nullable String literal(JsonNode value) {
        return value.isValueNode() && !value.isNull() ? value.asText() : null;
    }

    private InvalidSchemaException invalid(String what, String advice) {
        return new InvalidSchemaException(file, what, advice);
    }
}
