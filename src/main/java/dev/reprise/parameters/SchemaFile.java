package dev.reprise.parameters;

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
import dev.reprise.log.Shown;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads one schema file, and refuses whatever in it would be silently without effect. */
final class SchemaFile {

    private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

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
            new SchemaKeywords(file).check(root);
            checkAgainstTheStandard(root);
            SortedMap<String, Declared> declared = new Declarations(file).read(root);
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

    private InvalidSchemaException invalid(String what, String advice) {
        return new InvalidSchemaException(file, what, advice);
    }
}
