package dev.reprise.parameters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.parameters.ParameterSchema.Resolution;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds whatever is given. */
class ParameterSchemaPropertyTest {

    private final ParameterSchema schema = Schemas.ofProperties("""
            "a": {"type": "integer", "maximum": 10}, "b": {"type": "number"}, "c": {"type": "boolean"},
            "d": {"type": "string", "format": "date-time", "x-identifying": false},
            "e": {"type": "string", "format": "uri"}, "f": {"type": "string"}""");

    @Property(tries = 500)
    void everyFaultIsInOrderAndOnePrintableLine(@ForAll("given") Map<String, String> given) {
        Resolution resolution = schema.resolve(given);

        assertThat(resolution.faults()).isSorted().doesNotHaveDuplicates();
        assertThat(resolution.faults())
                .allSatisfy(fault -> assertThat(fault.toString().chars()).noneMatch(Character::isISOControl));
    }

    @Property(tries = 500)
    void everyValueIsKeptLiterally(@ForAll("given") Map<String, String> given) {
        schema.resolve(given)
                .parameters()
                .byName()
                .forEach((name, parameter) ->
                        assertThat(parameter.value()).isEqualTo(given.getOrDefault(name, given.get("-" + name))));
    }

    @Property(tries = 500)
    void anIntegerIsComparedAsANumber(@ForAll int value) {
        assertThat(schema.resolve(Map.of("a", Integer.toString(value))).faults().isEmpty())
                .isEqualTo(value <= 10);
    }

    @Provide
    Arbitrary<Map<String, String>> given() {
        Arbitrary<String> names = Arbitraries.oneOf(
                Arbitraries.of("a", "b", "c", "d", "e", "f", "-a", "-d", "run.id", "jberet.x"),
                Arbitraries.strings().ofMaxLength(10));
        Arbitrary<String> values = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(30),
                Arbitraries.of("1", "-1e5", "true", "2001-01-31T10:15:00Z", "file:///x"));
        return Arbitraries.maps(names, values).ofMaxSize(8);
    }
}
