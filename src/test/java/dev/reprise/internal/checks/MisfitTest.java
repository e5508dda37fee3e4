package dev.reprise.internal.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Messages as JVMs of 17 and 25 have them. */
class MisfitTest {

    private static final String ADVICE = ". Let Maven's dependency tree say which of your dependencies brings another"
            + " version, or use WildFly 35 to 39 (docs/servers.md)";

    @Test
    void namesTheJarThatHasTheClassWithoutTheMethod() {
        assertThat(of(new IllegalStateException(
                        new NoSuchMethodError("'com.fasterxml.jackson.databind.JsonNode com.fasterxml.jackson.databind"
                                + ".ObjectMapper.readTreeAsIs(java.lang.String)'"))))
                .matches("A library is not the one that Reprise was built with: NoSuchMethodError: '.*'\\."
                        + " com\\.fasterxml\\.jackson\\.databind\\.ObjectMapper is in jackson-databind-\\S+\\.jar, version"
                        + " [0-9.]+\\Q" + ADVICE + "\\E");
    }

    @Test
    void namesAClassThatIsMissing() {
        assertThat(of(new NoClassDefFoundError("tools/jackson/databind/JsonNode")))
                .isEqualTo("A library is not the one that Reprise was built with: NoClassDefFoundError:"
                        + " tools/jackson/databind/JsonNode. tools.jackson.databind.JsonNode is nowhere" + ADVICE);
    }

    @Test
    void namesAClassOfAnotherShape() {
        assertThat(of(new IncompatibleClassChangeError(
                        "Found interface org.flywaydb.core.Flyway, but class was expected")))
                .contains("org.flywaydb.core.Flyway is in flyway-core-");
        assertThat(of(new NoSuchFieldError("Class java.lang.String does not have member field 'int shape'")))
                .contains("java.lang.String is in the JDK");
        assertThat(of(new NoSuchFieldError("shape"))).contains("NoSuchFieldError: shape" + ADVICE);
        assertThat(of(new UnsatisfiedLinkError(null))).contains("UnsatisfiedLinkError: null");
    }

    @Test
    void isNoneWhereClassesFit() {
        assertThat(Misfit.of(new IllegalStateException(new OutOfMemoryError()))).isEmpty();
    }

    private static String of(Throwable thrown) {
        Optional<String> said = Misfit.of(thrown);
        return said.orElseThrow();
    }
}
