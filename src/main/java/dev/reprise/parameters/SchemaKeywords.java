package dev.reprise.parameters;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.dialect.Dialects;
import dev.reprise.log.Shown;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Refuses what a keyword of a schema file says if that would be silently without effect. */
final class SchemaKeywords {

    /** Whether another value of the parameter is another run. */
    static final String IDENTIFYING = "x-identifying";

    /** Whether the parameter is a secret. */
    static final String SECRET = "writeOnly";

    /** The folder in which a path must lie. */
    static final String ROOT = "x-root";

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

    private final String file;

    SchemaKeywords(String file) {
        this.file = file;
    }

    void check(JsonNode root) {
        checkKeywords(root, "");
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
