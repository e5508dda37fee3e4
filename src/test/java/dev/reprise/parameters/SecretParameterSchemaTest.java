package dev.reprise.parameters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.identity.JobParameter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code "writeOnly": true}: a parameter that never identifies and that no fault quotes. */
class SecretParameterSchemaTest {

    private static ParameterSchema schema(String rules) {
        return Schemas.ofProperties("\"password\": {\"writeOnly\": true, " + rules.replace('\'', '"')
                + "}, \"day\": {\"type\": \"string\"}");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {"`'type': 'string'`", "`'type': 'string', 'x-identifying': false`"})
    void doesNotIdentify(String rules) {
        ParameterSchema.Resolution resolution = schema(rules).resolve(Map.of("password", "sesame", "day", "1"));

        assertThat(resolution.faults()).isEmpty();
        assertThat(resolution.parameters().byName())
                .isEqualTo(Map.of(
                        "password", new JobParameter("sesame", false, true), "day", new JobParameter("1", true)));
        assertThat(resolution.toString()).doesNotContain("sesame");
    }

    @Test
    void aMarkOnItsNameIsAllowed() {
        assertThat(schema("'type': 'string'")
                        .resolve(Map.of("-password", "sesame"))
                        .faults())
                .isEmpty();
    }

    @Test
    void saysFalseLikeNothing() {
        ParameterSchema schema = Schemas.ofProperties("\"a\": {\"type\": \"string\", \"writeOnly\": false}");

        assertThat(schema.resolve(Map.of("a", "x")).parameters().byName())
                .containsEntry("a", new JobParameter("x", true));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            'type': 'integer'                                | •••••• is not an integer; write it with digits only, like 12 or -3
            'type': 'number'                                 | •••••• is not a number; write it like 12 or 0.5
            'type': 'boolean'                                | •••••• is not true or false; write true or false, in small letters
            'type': 'string', 'pattern': '^[0-9]+$'          | •••••• does not match ^[0-9]+$
            'type': 'string', 'format': 'uuid'               | •••••• is not a UUID like 123e4567-e89b-12d3-a456-426614174000
            'type': 'string', 'minLength': 20                | •••••• is shorter than 20 characters
            'type': 'string', 'maxLength': 2                 | •••••• is longer than 2 characters
            'type': 'string', 'enum': ['a', 'b']             | •••••• is not one of a, b
            'type': 'string', 'const': 'a'                   | •••••• is not 'a'
            'type': 'string', 'not': {'minLength': 1}        | •••••• is ruled out by {"not": {"minLength":1}}
            'type': 'string', 'anyOf': [{'maxLength': 1}, {'pattern': '^x'}] | •••••• is longer than 1 character, or •••••• does not match ^x
            """)
    void noFaultQuotesIt(String rules, String fault) {
        List<String> faults = Schemas.faults(schema(rules), Map.of("password", "sesame"));

        assertThat(faults).containsExactly("password: " + fault);
    }
}
