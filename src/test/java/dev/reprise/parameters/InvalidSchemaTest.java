package dev.reprise.parameters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A schema that cannot be used is refused when it is read, with what to do about it. */
class InvalidSchemaTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            {'type': 'object'                           | it is not JSON (line 1, column
            {} {}                                       | it is not JSON
            {'type': 'object', 'type': 'object'}        | it is not JSON (line 1, column 26): Duplicate field 'type'
            []                                          | it is not a JSON object. Write {'type': 'object'
            true                                        | it is not a JSON object
            {'type': 'array'}                           | it describes 'array', not an object
            {'$schema': 'http://json-schema.org/draft-07/schema#'} | it is written in 'http://json-schema.org/draft-07/schema#'. Write '$schema': 'https://json-schema.org/draft/2020-12/schema'
            {'properties': []}                          | it is not a JSON Schema: /properties array found, object expected
            {'required': 'a'}                           | it is not a JSON Schema: /required
            {'properties': {'a': {'type': 'strnig'}}}   | it is not a JSON Schema: /properties/a/type
            {'properties': {'a': {'type': 'string', 'minLength': -1}}} | it is not a JSON Schema: /properties/a/minLength
            {'properties': {'a': {'type': 'array'}}}    | parameter 'a' has the type 'array'. Give it the type string, integer, number or boolean
            {'properties': {'a': {'type': 'object'}}}   | parameter 'a' has the type 'object'
            {'properties': {'a': {'type': 'null'}}}     | parameter 'a' has the type 'null'
            {'properties': {'a': {'type': ['string', 'integer']}}} | parameter 'a' has the type ['string','integer']
            {'properties': {'a': {}}}                   | parameter 'a' has no type
            {'properties': {'a': true}}                 | parameter 'a' has no type
            {'properties': {'a': {'type': 'string', 'x-identifying': 'false'}}} | 'x-identifying' of parameter 'a' is 'false'. Write true or false
            {'properties': {'a': {'type': 'string', 'x-identifying': null}}} | 'x-identifying' of parameter 'a' is null
            {'properties': {'a': {'type': 'string', 'writeOnly': true, 'x-identifying': true}}} | parameter 'a' is a secret ('writeOnly') and says that it identifies the run. A secret does not identify: what does is shown
            {'properties': {'a': {'type': 'string', 'writeOnly': true, 'default': 'x'}}} | parameter 'a' is a secret ('writeOnly') and has a default, which everybody can read. Leave out the default
            {'properties': {'a': {'type': 'string', 'writeOnly': 'yes'}}} | it is not a JSON Schema: /properties/a/writeOnly
            {'properties': {'a': {'type': 'string', 'allOf': [{'writeOnly': true}]}}} | '/properties/a/allOf' says 'writeOnly', which has no effect there
            {'properties': {'a': {'type': 'string', '$ref': '#/$defs/p'}}, '$defs': {'p': {'writeOnly': true}}} | '/$defs/p' says 'writeOnly', which has no effect there
            {'properties': {'run.id': {'type': 'integer', 'writeOnly': true}}} | 'run.id' is not an identifying integer there
            {'x-identifying': false}                    | it says 'x-identifying', which has no effect there
            {'allOf': [{'properties': {'a': {'x-identifying': false}}}]} | '/allOf/properties/a' says 'x-identifying', which has no effect there
            {'then': {'properties': {'a': {'default': 'x'}}}} | '/then/properties/a' says 'default', which has no effect there
            {'properties': {'a': {'type': 'string', 'not': {'default': 'x'}}}} | '/properties/a/not' says 'default'
            {'properties': {'a': {'type': 'integer', 'default': '5'}}} | the default of parameter 'a' is '5', which is not an integer
            {'properties': {'a': {'type': 'integer', 'default': 5.0}}} | the default of parameter 'a' is 5.0, which is not an integer
            {'properties': {'a': {'type': 'string', 'default': 5}}} | the default of parameter 'a' is 5, which is not a text
            {'properties': {'a': {'type': 'string', 'default': null}}} | the default of parameter 'a' is null, which is not a text
            {'properties': {'a': {'type': 'integer', 'default': 5, 'maximum': 4}}} | a default breaks its own rule: a: '5' is more than the maximum 4
            {'properties': {'a': {'type': 'string', 'default': 'x', 'format': 'date'}}} | a default breaks its own rule: a: 'x' is not a date like 2001-01-31
            {'properties': {'a': {'type': 'string', '$ref': 'https://example.org/a.json'}}} | it refers to 'https://example.org/a.json', and no schema is ever fetched. Copy that definition under $defs
            {'allOf': [{'$ref': 'classpath:/draft-07/schema'}]} | it refers to 'classpath:/draft-07/schema'
            {'properties': {'a': {'type': 'string', '$ref': 'other.json#/a'}}} | it refers to 'other.json#/a'
            {'$dynamicRef': 'https://example.org/a.json'} | it refers to 'https://example.org/a.json'
            {'properties': {'a': {'type': 'string', '$ref': '#/$defs/none'}}} | the validator refuses it: Reference
            {'allOf': [{'$ref': '#'}]}                  | its $refs go round in a circle
            {'properties': {'a': {'type': 'string', 'pattern': '(a'}}} | '/properties/a' has the pattern '(a', which is not a regular expression: Unclosed group
            {'properties': {'a': {'type': 'string', 'format': 'month'}}} | '/properties/a' has the format 'month', which is not checked by anything. Use date, date-time, email, path, time, uri, uuid, or a pattern
            {'properties': {'a': {'type': 'string', 'format': 'path'}}} | parameter 'a' is not a string with the format path and a folder as 'x-root'. Write 'type': 'string', 'format': 'path', 'x-root':
            {'properties': {'a': {'type': 'string', 'x-root': '/data'}}} | parameter 'a' is not a string with the format path
            {'properties': {'a': {'type': 'integer', 'format': 'path', 'x-root': '/data'}}} | parameter 'a' is not a string with the format path
            {'properties': {'a': {'type': 'string', 'format': 'path', 'x-root': '${a'}}} | 'x-root' of parameter 'a' is no folder: expected a } for each ${ in '${a', found none for one
            {'properties': {'a': {'type': 'string', 'anyOf': [{'format': 'path'}]}}} | '/properties/a/anyOf' has the format path, which is not checked there
            {'properties': {'a': {'type': 'string', 'not': {'x-root': '/data'}}}} | '/properties/a/not' says 'x-root', which has no effect there
            {'properties': {'a': {'type': 'string', 'maxLenght': 5}}} | '/properties/a' has the keyword 'maxLenght', which JSON Schema 2020-12 does not have
            {'required': ['mnth'], 'properties': {'month': {'type': 'string'}}} | 'mnth' is required, but is not among the properties
            {'properties': {'-a': {'type': 'string'}}}  | it has a parameter called '-a'
            {'properties': {'jberet.a': {'type': 'string'}}} | it has a parameter called 'jberet.a'
            {'properties': {'': {'type': 'string'}}}    | it has a parameter called ''
            {'properties': {'a\\nb': {'type': 'string'}}} | it has a parameter called 'a\\u000ab'
            {'properties': {'run.id': {'type': 'string'}}} | 'run.id' is not an identifying integer there
            {'properties': {'run.id': {'type': 'integer', 'x-identifying': false}}} | 'run.id' is not an identifying integer there
            """)
    void isRefusedWithItsFileAndWhatIsWrong(String json, String what) {
        assertThatExceptionOfType(InvalidSchemaException.class)
                .isThrownBy(() -> Schemas.of(json.replace('\'', '"')))
                .satisfies(e -> assertThat(String.valueOf(e.getMessage()).replace('"', '\''))
                        .startsWith("META-INF/batch-jobs/flights.schema.json cannot be used: " + what)
                        .endsWith("."));
    }

    @Test
    void anotherEncodingIsRefused() {
        byte[] latin1 = "{\"title\": \"Flüge\"}".getBytes(StandardCharsets.ISO_8859_1);

        assertThatExceptionOfType(InvalidSchemaException.class)
                .isThrownBy(() -> ParameterSchema.find("flights", Schemas.deployment(latin1)))
                .withMessageContaining("in UTF-8");
    }

    @Test
    void whatTheStandardKnowsIsAccepted() {
        Schemas.of("""
                {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.org/flights",
                 "$comment": "c", "title": "t", "description": "d", "x-console": {"order": ["a"]},
                 "properties": {"a": {"type": "string", "title": "A", "deprecated": true, "examples": ["x"],
                     "x-widget": "calendar", "$ref": "#/$defs/a"}},
                 "$defs": {"a": {"minLength": 1}}, "minProperties": 1, "propertyNames": {"maxLength": 10},
                 "unevaluatedProperties": false}""");
    }
}
