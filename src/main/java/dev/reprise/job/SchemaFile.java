package dev.reprise.job;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.AnnotationKeyword;
import com.networknt.schema.regex.JDKRegularExpressionFactory;
import dev.reprise.identity.JobParameters;
import dev.reprise.item.RootFolder;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Reads one schema file, and refuses whatever in it would be silently without effect. */
final class SchemaFile {

    private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";
    private static final String IDENTIFYING = "x-identifying";
    private static final String SECRET = "writeOnly";
    private static final String ROOT = "x-root";

    /** Keywords whose value is a map from names to schemas, a list of schemas, a schema. */
    private static final Set<String> SCHEMAS_BY_NAME =
            Set.of("properties", "patternProperties", "$defs", "definitions", "dependentSchemas");

    private static final Set<String> SCHEMA_LISTS = Set.of("allOf", "anyOf", "oneOf", "prefixItems");
    private static final Set<String> SCHEMAS = Set.of(
            "not",
            "if",
            "then",
            "else",
            "additionalProperties",
            "unevaluatedProperties",
            "propertyNames",
            "items",
            "contains",
            "unevaluatedItems");

    /** A number keeps the digits it is written with: they are the literal text of a default. */
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final SchemaRegistryConfig CONFIG = SchemaRegistryConfig.builder()
            .formatAssertionsEnabled(true)
            .regularExpressionFactory(JDKRegularExpressionFactory.getInstance())
            .locale(Locale.ENGLISH)
            .build();

    /** Without a remote loader: what is not in the file or in the library is an error. */
    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDialect(
            Dialect.builder(Dialects.getDraft202012())
                    .unknownKeywordFactory((keyword, context) -> new AnnotationKeyword(keyword))
                    .build(),
            builder -> builder.schemaRegistryConfig(CONFIG));

    private final String file;
    private final String json;

    SchemaFile(String file, String json) {
        this.file = file;
        this.json = json;
    }

    ParameterSchema read() {
        ObjectNode root = root();
        try {
            checkKeywords(root, "");
            checkAgainstTheStandard(root);
            SortedMap<String, Declared> declared = declared(root);
            checkRequired(root, declared);
            boolean declaresRunId = declared.containsKey(Declared.RUN_ID);
            if (!declaresRunId) {
                root.withObjectProperty("properties").putObject(Declared.RUN_ID).put("type", "integer");
                declared.put(Declared.RUN_ID, new Declared(ValueType.INTEGER, true, false, null, null, null));
            }
            Schema schema = REGISTRY.getSchema(SchemaLocation.DOCUMENT, root);
            schema.initializeValidators();
            checkDefaults(schema, declared);
            return new ParameterSchema(json, Collections.unmodifiableSortedMap(declared), declaresRunId, schema);
        } catch (SchemaException e) {
            throw new InvalidSchemaException(
                    file, "the validator refuses it: " + Shown.text(String.valueOf(e.getMessage())), "Mend it", e);
        } catch (StackOverflowError e) {
            throw invalid("its $refs go round in a circle", "Break the circle");
        }
    }

    private ObjectNode root() {
        JsonNode root;
        try {
            root = MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " (line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ")";
            throw new InvalidSchemaException(
                    file,
                    "it is not JSON" + where + ": " + Shown.text(e.getOriginalMessage()),
                    "Write it as a JSON Schema 2020-12",
                    e);
        }
        if (!(root instanceof ObjectNode object)) {
            throw invalid("it is not a JSON object", "Write {\"type\": \"object\", \"properties\": {…}}");
        }
        if (object.has("type") && !object.path("type").asText().equals("object")) {
            throw invalid(
                    "it describes " + Shown.value(object.path("type").asText()) + ", not an object",
                    "The parameters of a job are one object: write \"type\": \"object\" and their \"properties\"");
        }
        if (object.has("$schema") && !object.path("$schema").asText().equals(DIALECT)) {
            throw invalid(
                    "it is written in " + Shown.value(object.path("$schema").asText()),
                    "Write \"$schema\": \"" + DIALECT + "\", or leave it out");
        }
        return object;
    }

    private void checkAgainstTheStandard(ObjectNode root) {
        List<Error> errors = REGISTRY.getSchema(SchemaLocation.of(DIALECT)).validate(root);
        if (!errors.isEmpty()) {
            throw invalid(
                    "it is not a JSON Schema: "
                            + errors.stream()
                                    .map(error -> Shown.text(error.getInstanceLocation() + " " + error.getMessage()))
                                    .distinct()
                                    .collect(joining("; ")),
                    "Mend it as JSON Schema 2020-12 says");
        }
    }

    private void checkKeywords(JsonNode schema, String at) {
        for (Map.Entry<String, JsonNode> entry : schema.properties()) {
            String keyword = entry.getKey();
            JsonNode value = entry.getValue();
            String here = at + "/" + keyword;
            checkKeyword(keyword, value, at);
            if (SCHEMAS_BY_NAME.contains(keyword)) {
                value.properties().forEach(named -> checkKeywords(named.getValue(), here + "/" + named.getKey()));
            } else if (SCHEMA_LISTS.contains(keyword)) {
                value.forEach(each -> checkKeywords(each, here));
            } else if (SCHEMAS.contains(keyword)) {
                checkKeywords(value, here);
            }
        }
    }

    private void checkKeyword(String keyword, JsonNode value, String at) {
        switch (keyword) {
            case "$ref", "$dynamicRef" -> {
                if (!value.asText().startsWith("#")) {
                    throw invalid(
                            "it refers to " + Shown.value(value.asText()) + ", and no schema is ever fetched",
                            "Copy that definition under $defs and refer to it as '#/$defs/…'");
                }
            }
            case "format" -> {
                if (!Faults.FORMATS.containsKey(value.asText())) {
                    throw invalid(
                            where(at) + " has the format " + Shown.value(value.asText())
                                    + ", which is not checked by anything",
                            "Use " + String.join(", ", Faults.FORMATS.keySet()) + ", or a pattern");
                }
                if (value.asText().equals(Faults.PATH) && !isProperty(at)) {
                    throw invalid(
                            where(at) + " has the format path, which is not checked there",
                            "Say it in the parameter itself, under properties, with its folder as '" + ROOT + "'");
                }
            }
            case "pattern" -> {
                try {
                    Pattern.compile(value.asText());
                } catch (PatternSyntaxException e) {
                    throw new InvalidSchemaException(
                            file,
                            where(at) + " has the pattern " + Shown.value(value.asText())
                                    + ", which is not a regular expression: " + e.getDescription(),
                            "Mend the pattern; it is one of Java's",
                            e);
                }
            }
            case IDENTIFYING, SECRET, ROOT, "default" -> {
                if (!isProperty(at)) {
                    throw invalid(
                            where(at) + " says '" + keyword + "', which has no effect there",
                            "Say it in the parameter itself, under properties");
                }
            }
            default -> {
                if (!keyword.startsWith("x-")
                        && !Dialects.getDraft202012().getKeywords().containsKey(keyword)) {
                    throw invalid(
                            where(at) + " has the keyword " + Shown.value(keyword)
                                    + ", which JSON Schema 2020-12 does not have",
                            "Correct its spelling, or begin it with 'x-' if it is your own");
                }
            }
        }
    }

    private SortedMap<String, Declared> declared(ObjectNode root) {
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
        JsonNode identifying = property.path(IDENTIFYING);
        if (!identifying.isMissingNode() && !identifying.isBoolean()) {
            throw invalid(
                    "'" + IDENTIFYING + "' of parameter '" + name + "' is " + Shown.text(identifying.toString()),
                    "Write true or false");
        }
        boolean secret = property.path(SECRET).asBoolean();
        if (secret && identifying.asBoolean()) {
            throw invalid(
                    "parameter '" + name + "' is a secret ('" + SECRET + "') and says that it identifies the run",
                    "A secret does not identify: what does is shown wherever the run is named. Leave out '"
                            + IDENTIFYING + "', or '" + SECRET + "'");
        }
        if (secret && property.has("default")) {
            throw invalid(
                    "parameter '" + name + "' is a secret ('" + SECRET
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
        JsonNode root = property.path(ROOT);
        if (!path && root.isMissingNode()) {
            return null;
        }
        if (!path || type != ValueType.STRING || !root.isTextual()) {
            throw invalid(
                    "parameter '" + name + "' is not a string with the format path and a folder as '" + ROOT + "'",
                    "Write \"type\": \"string\", \"format\": \"path\", \"" + ROOT
                            + "\": \"${my.folder:/var/data}\", or none of them");
        }
        try {
            return RootFolder.of(root.asText());
        } catch (IllegalArgumentException e) {
            throw new InvalidSchemaException(
                    file,
                    "'" + ROOT + "' of parameter '" + name + "' is no folder: "
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

    private void checkRequired(ObjectNode root, Map<String, Declared> declared) {
        for (JsonNode required : root.path("required")) {
            if (!declared.containsKey(required.asText()) && !required.asText().equals(Declared.RUN_ID)) {
                throw invalid(
                        Shown.value(required.asText()) + " is required, but is not among the properties",
                        "Declare it under properties, or correct its spelling");
            }
        }
    }

    /** A default is checked by its own parameter's rules; how parameters go together is a matter of each launch. */
    private void checkDefaults(Schema schema, Map<String, Declared> declared) {
        SortedMap<String, String> values = new TreeMap<>();
        ObjectNode defaults = JsonNodeFactory.instance.objectNode();
        declared.forEach((name, parameter) -> {
            if (parameter.defaultValue() != null) {
                values.put(name, parameter.defaultValue());
                defaults.set(name, parameter.type().read(parameter.defaultValue()));
            }
        });
        List<Error> broken = schema.validate(defaults).stream()
                .filter(error -> "properties".equals(error.getEvaluationPath().getName(0)))
                .toList();
        if (!broken.isEmpty()) {
            throw invalid(
                    "a default breaks its own rule: "
                            + new Faults(values, declared, Set.of())
                                    .of(broken).stream()
                                            .map(ParameterFault::toString)
                                            .collect(joining("; ")),
                    "Correct the default or the rule");
        }
    }

    private static @Nullable String literal(JsonNode value) {
        return value.isValueNode() && !value.isNull() ? value.asText() : null;
    }

    private static boolean isProperty(String at) {
        return at.startsWith("/properties/") && at.indexOf('/', "/properties/".length()) < 0;
    }

    private static String where(String at) {
        return at.isEmpty() ? "it" : Shown.value(at);
    }

    private InvalidSchemaException invalid(String what, String advice) {
        return new InvalidSchemaException(file, what, advice);
    }
}
