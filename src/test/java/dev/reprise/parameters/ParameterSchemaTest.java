package dev.reprise.parameters;

import static dev.reprise.parameters.Schemas.faults;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.parameters.ParameterSchema.Resolution;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** contract.md §2.1, §2.2 and §3 row 2, where a job has a schema. */
class ParameterSchemaTest {

    private static final String FLIGHTS = """
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "title": "Flights of a month",
              "type": "object",
              "required": ["month", "input"],
              "properties": {
                "month": {
                  "type": "string",
                  "description": "The month to load",
                  "pattern": "^\\\\d{4}-(0[1-9]|1[0-2])$",
                  "examples": ["2001-01"]
                },
                "input": {"type": "string", "format": "uri", "x-identifying": false},
                "maxRejectPercent": {
                  "type": "integer", "minimum": 0, "maximum": 100, "default": 5, "x-identifying": false
                },
                "alertBelowPercent": {"type": "number", "exclusiveMinimum": 0, "x-identifying": false},
                "reportDirectory": {
                  "type": "string", "minLength": 1, "maxLength": 40, "default": "reports", "x-identifying": false
                }
              },
              "dependentRequired": {"alertBelowPercent": ["reportDirectory"]},
              "additionalProperties": false
            }""";

    private final ParameterSchema flights = Schemas.of(FLIGHTS);

    @Test
    void aPathLiesInItsFolder(@TempDir Path folder) throws IOException {
        Path in = Files.createDirectories(folder.resolve("in"));
        Files.createSymbolicLink(in.resolve("link"), Files.createFile(folder.resolve("secret")));
        ParameterSchema schema = Schemas.ofProperties("""
                "file": {"type": "string", "format": "path", "x-root": "%s", "default": "a.csv"},
                "hidden": {"type": "string", "format": "path", "x-root": "%s", "writeOnly": true},
                "other": {"type": "string", "format": "path", "x-root": "${reprise.test.unset}"}""".formatted(in, in));

        assertThat(faults(schema, Map.of())).isEmpty();
        assertThat(faults(schema, Map.of("file", "2001/a.csv"))).isEmpty();
        assertThat(faults(schema, Map.of("file", "../secret", "hidden", "/etc/passwd", "other", "a")))
                .containsExactly(
                        "file: '../secret' cannot be used: it lies outside of the folder " + in,
                        "hidden: ••••••" + " cannot be used: it lies outside of the folder " + in,
                        "other: 'a' cannot be used: the system property reprise.test.unset is not set, and it names the"
                                + " folder ${reprise.test.unset}: set it, or write what holds otherwise,"
                                + " ${reprise.test.unset:…}");
        assertThat(faults(schema, Map.of("file", "link")))
                .containsExactly("file: 'link' cannot be used: it lies outside of the folder " + in);
    }

    @Test
    void acceptsWhatIsRightAndFillsInTheDefaults() {
        Resolution resolution = flights.resolve(Map.of("month", "2001-01", "input", "file:///data/2001-01.csv"));

        assertThat(resolution.faults()).isEmpty();
        assertThat(resolution.parameters().byName())
                .isEqualTo(Map.of(
                        "month", new JobParameter("2001-01", true),
                        "input", new JobParameter("file:///data/2001-01.csv", false),
                        "maxRejectPercent", new JobParameter("5", false),
                        "reportDirectory", new JobParameter("reports", false)));
    }

    @Test
    void namesAllFaultsAtOnceByParameterName() {
        Map<String, String> given = Map.of(
                "month", "2001-13",
                "maxRejectPercent", "120",
                "alertBelowPercent", "much",
                "reportDirectory", "",
                "inptu", "file:///data");

        assertThat(faults(flights, given))
                .containsExactly(
                        "alertBelowPercent: 'much' is not a number; write it like 12 or 0.5",
                        "inptu: is unknown; this job's parameters are alertBelowPercent, input, maxRejectPercent, month,"
                                + " reportDirectory. Did you mean 'input'?",
                        "input: is required",
                        "maxRejectPercent: '120' is more than the maximum 100",
                        "month: '2001-13' does not match ^\\d{4}-(0[1-9]|1[0-2])$, for example '2001-01'",
                        "reportDirectory: '' is shorter than 1 character, for example 'reports'");
    }

    @Test
    void aFaultSaysItsParameterAndItsMessage() {
        assertThat(flights.resolve(Map.of("input", "file:///data")).faults())
                .containsExactly(new ParameterFault("month", "is required, for example '2001-01'"));
    }

    @Test
    void aJobWithoutASchemaHasNone() {
        assertThat(ParameterSchema.find("other", Schemas.deployment("{}"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../batch-jobs/flights", "..\\batch-jobs\\flights"})
    void aJobNameCannotLeaveTheFolder(String name) {
        ClassLoader everything = new ClassLoader(null) {
            @Override
            public InputStream getResourceAsStream(String resource) {
                throw new AssertionError("looked for " + resource);
            }
        };

        assertThat(ParameterSchema.find(name, everything)).isEmpty();
    }

    @Test
    void handsOutItsJson() {
        assertThat(flights.json()).isEqualTo(FLIGHTS);
    }

    @Test
    void worksWithoutYaml() {
        assertThatExceptionOfType(ClassNotFoundException.class)
                .isThrownBy(() -> Class.forName("com.fasterxml.jackson.dataformat.yaml.YAMLFactory"));
        assertThat(faults(flights, Map.of())).hasSize(2);
    }

    // literals

    @ParameterizedTest
    @ValueSource(strings = {"7", "007", "-7", "0", "99999999999999999999999999"})
    void anIntegerStaysTheTextThatWasGiven(String literal) {
        ParameterSchema schema = Schemas.ofProperties("\"n\": {\"type\": \"integer\"}");

        assertAccepted(schema, "n", literal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " 7", "7 ", "+7", "7.0", "1e3", "0x7", "seven", "٧", "7\n"})
    void onlyDigitsAreAnInteger(String literal) {
        assertThat(faults(Schemas.ofProperties("\"n\": {\"type\": \"integer\"}"), Map.of("n", literal)))
                .singleElement()
                .asString()
                .endsWith("' is not an integer; write it with digits only, like 12 or -3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "-0.50", "1e3", "1.5E-10", "0"})
    void aNumberStaysTheTextThatWasGiven(String literal) {
        assertAccepted(Schemas.ofProperties("\"n\": {\"type\": \"number\"}"), "n", literal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "007", ".5", "5.", "+1", "NaN", "Infinity", "0x1p3", "1,5", "1e999999999"})
    void onlyAJsonNumberIsANumber(String literal) {
        assertThat(faults(Schemas.ofProperties("\"n\": {\"type\": \"number\"}"), Map.of("n", literal)))
                .containsExactly("n: '" + literal + "' is not a number; write it like 12 or 0.5");
    }

    @Test
    void aNumberOfTooManyDigitsIsNone() {
        ParameterSchema schema = Schemas.ofProperties("\"n\": {\"type\": \"integer\"}");

        assertThat(faults(schema, Map.of("n", "1".repeat(1000)))).isEmpty();
        assertThat(faults(schema, Map.of("n", "1".repeat(1001))))
                .containsExactly(
                        "n: '" + "1".repeat(100) + "…' is not an integer; write it with digits only, like 12 or -3");
    }

    @Test
    void aBooleanIsTrueOrFalse() {
        ParameterSchema schema = Schemas.ofProperties("\"b\": {\"type\": \"boolean\"}");

        assertAccepted(schema, "b", "true");
        assertAccepted(schema, "b", "false");
        for (String literal : List.of("TRUE", "yes", "1", "")) {
            assertThat(faults(schema, Map.of("b", literal)))
                    .containsExactly(
                            "b: '" + literal + "' is not true or false; write true or false, in small letters");
        }
    }

    @Test
    void anEmptyTextIsAValue() {
        assertAccepted(Schemas.ofProperties("\"s\": {\"type\": \"string\", \"default\": \"x\"}"), "s", "");
    }

    @Test
    void aDefaultKeepsTheDigitsItIsWrittenWith() {
        ParameterSchema schema = Schemas.ofProperties("""
                "a": {"type": "number", "default": 1.50},
                "b": {"type": "boolean", "default": false},
                "c": {"type": "string", "default": ""},
                "d": {"type": "integer", "default": 12345678901234567890}""");

        assertThat(schema.resolve(Map.of()).parameters()).hasToString("[a=1.50, b=false, c=, d=12345678901234567890]");
    }

    // rules

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            {'type':'integer','minimum':0}             | 0   | -1   | '-1' is less than the minimum 0
            {'type':'integer','maximum':10}            | 010 | 11   | '11' is more than the maximum 10
            {'type':'integer','maximum':10}            | 10  | 99999999999999999999 | '99999999999999999999' is more than the maximum 10
            {'type':'number','minimum':0.5}            | 0.5 | 0.49 | '0.49' is less than the minimum 0.5
            {'type':'number','maximum':1.50}           | 1.5 | 1.51 | '1.51' is more than the maximum 1.50
            {'type':'number','exclusiveMinimum':0}     | 0.1 | 0.0  | '0.0' is not more than 0
            {'type':'number','exclusiveMaximum':1}     | 0.9 | 1    | '1' is not less than 1
            {'type':'integer','multipleOf':5}          | 15  | 16   | '16' is not a multiple of 5
            {'type':'integer','enum':[1,2]}            | 02  | 3    | '3' is not one of 1, 2
            {'type':'string','enum':['daily','weekly']} | daily | Daily | 'Daily' is not one of daily, weekly
            {'type':'string','const':'x'}              | x   | y    | 'y' is not 'x'
            {'type':'string','minLength':2}            | 𝄞𝄞  | 𝄞    | '𝄞' is shorter than 2 characters
            {'type':'string','maxLength':2}            | 𝄞𝄞  | abc  | 'abc' is longer than 2 characters
            {'type':'string','pattern':'b'}            | abc | ac   | 'ac' does not match b
            {'type':'string','format':'date'}          | 2004-02-29 | 2001-02-29 | '2001-02-29' is not a date like 2001-01-31
            {'type':'string','format':'date-time'}     | 2001-01-31T10:15:00+09:00 | 2001-01-31 | '2001-01-31' is not a date and time with its offset, like 2001-01-31T10:15:00Z
            {'type':'string','format':'date-time'}     | 2001-01-31T10:15:00Z | 2001-02-30T10:15:00Z | '2001-02-30T10:15:00Z' is not a date and time with its offset, like 2001-01-31T10:15:00Z
            {'type':'string','format':'time'}          | 10:15:00Z | 25:00:00Z | '25:00:00Z' is not a time with its offset, like 10:15:00Z
            {'type':'string','format':'uri'}           | https://example.org/a?b | a b | 'a b' is not a URI like https://example.org/flights.csv
            {'type':'string','format':'uri'}           | file:///a | a/b.csv | 'a/b.csv' is not a URI like https://example.org/flights.csv
            {'type':'string','format':'email'}         | a@example.org | a | 'a' is not an e-mail address like name@example.org
            {'type':'string','format':'uuid'}          | 123e4567-e89b-12d3-a456-426614174000 | 123 | '123' is not a UUID like 123e4567-e89b-12d3-a456-426614174000
            {'type':'string','not':{'const':'x'}}      | y   | x    | 'x' is ruled out by {"not": {"const":"x"}}
            {'type':'string','oneOf':[{'minLength':1},{'maxLength':1}]} | ab | a | 'a' must be right by exactly one of the schema's alternatives, not by several
            {'type':'string','anyOf':[{'minLength':3},{'const':'x'}]} | x | y | 'y' is shorter than 3 characters, or 'y' is not 'x'
            {'type':'string','allOf':[{'minLength':3},{'pattern':'^a'}]} | abc | bcd | 'bcd' does not match ^a
            {'type':'string','$ref':'#/$defs/month'}   | 2001-01 | 1 | '1' does not match ^\\d{4}-\\d\\d$
            """)
    void eachRuleAcceptsAndRefuses(String rule, String right, String wrong, String message) {
        ParameterSchema schema = Schemas.of("""
                {"type": "object",
                 "properties": {"p": %s},
                 "$defs": {"month": {"pattern": "^\\\\d{4}-\\\\d\\\\d$"}}}""".formatted(rule.replace('\'', '"')));

        assertAccepted(schema, "p", right);
        assertThat(faults(schema, Map.of("p", wrong))).containsExactly("p: " + message);
    }

    @Test
    void aPatternsEndIsTheEndOfTheText() {
        assertThat(faults(flights, Map.of("month", "2001-01\n", "input", "a:b")))
                .containsExactly(
                        "month: '2001-01\\u000a' does not match ^\\d{4}-(0[1-9]|1[0-2])$, for example '2001-01'");
    }

    @Test
    void requiredParametersMayComeFromDefaults() {
        ParameterSchema schema = Schemas.of("""
                {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "default": "x"}}}""");

        assertThat(faults(schema, Map.of())).isEmpty();
    }

    // rules of several parameters

    @Test
    void aConditionOnOtherParametersIsNamedAsSuch() {
        ParameterSchema schema = Schemas.of("""
                {"type": "object",
                 "properties": {
                   "mode": {"type": "string", "enum": ["full", "delta"]},
                   "since": {"type": "string", "format": "date"},
                   "limit": {"type": "integer"}},
                 "if": {"properties": {"mode": {"const": "delta"}}, "required": ["mode"]},
                 "then": {"required": ["since"], "properties": {"limit": {"maximum": 10}}},
                 "else": {"properties": {"since": false}}}""");

        assertThat(faults(schema, Map.of("mode", "delta", "since", "2001-01-01", "limit", "10")))
                .isEmpty();
        assertThat(faults(schema, Map.of("mode", "delta", "limit", "11")))
                .containsExactly(
                        "limit: '11' is more than the maximum 10, given the other parameters",
                        "since: is required, given the other parameters");
        assertThat(faults(schema, Map.of("mode", "full", "since", "2001-01-01")))
                .containsExactly("since: is not allowed, given the other parameters");
    }

    @Test
    void aParameterMayRequireAnother() {
        ParameterSchema schema = Schemas.of("""
                {"type": "object",
                 "properties": {"user": {"type": "string"}, "realm": {"type": "string"}},
                 "dependentRequired": {"user": ["realm"]}}""");

        assertThat(faults(schema, Map.of("user", "x", "realm", "y"))).isEmpty();
        assertThat(faults(schema, Map.of("user", "x"))).containsExactly("realm: is required when 'user' is given");
    }

    @Test
    void alternativesAreOneFault() {
        ParameterSchema schema = Schemas.of("""
                {"type": "object",
                 "properties": {"day": {"type": "string"}, "month": {"type": "string"}, "year": {"type": "string"}},
                 "anyOf": [{"required": ["day"]}, {"required": ["month", "year"]}]}""");

        assertThat(faults(schema, Map.of("month", "1", "year", "2001"))).isEmpty();
        assertThat(faults(schema, Map.of()))
                .containsExactly("one of these has to be mended: day: is required, or month: is required and year: is"
                        + " required");
    }

    @Test
    void defaultsThatDoNotGoTogetherAreAFaultOfTheLaunch() {
        ParameterSchema schema = Schemas.of("""
                {"type": "object",
                 "properties": {"limit": {"type": "integer", "default": 20}, "mode": {"type": "string"}},
                 "if": {"not": {"required": ["mode"]}},
                 "then": {"properties": {"limit": {"maximum": 10}}}}""");

        assertThat(faults(schema, Map.of("mode", "full"))).isEmpty();
        assertThat(faults(schema, Map.of()))
                .containsExactly("limit: '20' is more than the maximum 10, given the other parameters");
    }

    @Test
    void messagesAreInEnglishWhateverTheServerSpeaks() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertThat(faults(Schemas.of("{\"minProperties\": 1}"), Map.of()))
                    .containsExactly("must have at least 1 properties");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void parametersThatExcludeEachOther() {
        ParameterSchema schema = Schemas.of("""
                {"type": "object",
                 "properties": {"day": {"type": "string"}, "month": {"type": "string"}},
                 "not": {"required": ["day", "month"]}}""");

        assertThat(faults(schema, Map.of("day", "1"))).isEmpty();
        assertThat(faults(schema, Map.of("day", "1", "month", "1")))
                .containsExactly("the parameters are ruled out by {\"not\": {\"required\":[\"day\",\"month\"]}}");
    }

    @Test
    void aParameterMayBeCalledLikeAKeyword() {
        ParameterSchema schema = Schemas.ofProperties("""
                "anyOf": {"type": "integer", "minimum": 3}, "then": {"type": "integer", "minimum": 3},
                "default": {"type": "string"}, "$ref": {"type": "string"}""");

        assertThat(faults(schema, Map.of("anyOf", "1", "then", "1", "default", "x", "$ref", "http://x")))
                .containsExactly("anyOf: '1' is less than the minimum 3", "then: '1' is less than the minimum 3");
    }

    @Test
    void aValueThatIsNotOfItsTypeIsOneFault() {
        ParameterSchema schema = Schemas.of("""
                {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "enum": [1, 2]}}}""");

        assertThat(faults(schema, Map.of("n", "one")))
                .containsExactly("n: 'one' is not an integer; write it with digits only, like 12 or -3");
    }

    // names

    @Test
    void identifiesUnlessTheSchemaSaysFalse() {
        ParameterSchema schema = Schemas.ofProperties("""
                "a": {"type": "string"}, "b": {"type": "string", "x-identifying": true},
                "c": {"type": "string", "x-identifying": false}""");

        assertThat(schema.resolve(Map.of("a", "1", "b", "2", "c", "3"))
                        .parameters()
                        .identifying())
                .isEqualTo(Map.of("a", "1", "b", "2"));
    }

    @Test
    void theMarkIsTakenOffANameThatDoesNotIdentify() {
        Resolution resolution = flights.resolve(Map.of("month", "2001-01", "-input", "a:b", "-maxRejectPercent", "7"));

        assertThat(resolution.faults()).isEmpty();
        assertThat(resolution.parameters().byName())
                .containsEntry("input", new JobParameter("a:b", false))
                .containsEntry("maxRejectPercent", new JobParameter("7", false));
    }

    @Test
    void theMarkContradictsANameThatIdentifies() {
        assertThat(faults(flights, Map.of("-month", "2001-13", "input", "a:b")))
                .containsExactly(
                        "month: '2001-13' does not match ^\\d{4}-(0[1-9]|1[0-2])$, for example '2001-01'",
                        "month: identifies the run, as the job's schema says; write the name without the leading '-'");
    }

    @Test
    void aParameterGivenWithAndWithoutTheMarkIsAFault() {
        Resolution resolution = flights.resolve(Map.of("month", "2001-01", "input", "a:b", "-input", "a:c"));

        assertThat(resolution.faults())
                .containsExactly(
                        new ParameterFault("input", "is given twice, as 'input' and as '-input'; give it once"));
        assertThat(resolution.parameters().byName()).containsEntry("input", new JobParameter("a:b", false));
    }

    @Test
    void anUnknownParameterIsRefused() {
        ParameterSchema schema =
                Schemas.ofProperties("\"day\": {\"type\": \"string\"}, \"year\": {\"type\": \"string\"}");
        String known = "is unknown; this job's parameters are day, year";

        assertThat(faults(schema, Map.of("century", "1"))).containsExactly("century: " + known);
        assertThat(faults(schema, Map.of("-century", "1"))).containsExactly("century: " + known);
        assertThat(faults(schema, Map.of("yaer", "1"))).containsExactly("yaer: " + known + ". Did you mean 'year'?");
        assertThat(faults(schema, Map.of("yeeaar", "1")))
                .containsExactly("yeeaar: " + known + ". Did you mean 'year'?");
        assertThat(faults(schema, Map.of("yeeeaar", "1"))).containsExactly("yeeeaar: " + known);
        assertThat(faults(schema, Map.of("runid", "1")))
                .containsExactly("runid: " + known + ". Did you mean 'run.id'?");
        assertThat(schema.resolve(Map.of("century", "1")).parameters().byName()).isEmpty();
    }

    @Test
    void aJobMayHaveNoParameters() {
        assertThat(faults(Schemas.of("{}"), Map.of("century", "1")))
                .containsExactly("century: is unknown: this job has no parameters");
    }

    @Test
    void aParameterHasAName() {
        assertThat(faults(flights, Map.of("-", "1", "month", "2001-01", "input", "a:b")))
                .containsExactly("a parameter has no name");
    }

    @Test
    void theEnginesOwnParametersAreLeftOut() {
        Resolution resolution = Schemas.of("{}").resolve(Map.of("jberet.restart.mode", "strict"));

        assertThat(resolution).isEqualTo(new Resolution(JobParameters.of(Map.of()), List.of()));
        assertThat(faults(Schemas.of("{}"), Map.of("-jberet.restart.mode", "strict")))
                .hasSize(1);
    }

    @Test
    void everyJobKnowsTheRunId() {
        assertThat(flights.resolve(Map.of("run.id", "7", "month", "2001-01", "input", "a:b")))
                .satisfies(resolution -> assertThat(resolution.faults()).isEmpty())
                .satisfies(resolution ->
                        assertThat(resolution.parameters().identifying()).containsEntry("run.id", "7"));
        assertThat(faults(flights, Map.of("-run.id", "x", "month", "2001-01", "input", "a:b")))
                .containsExactly(
                        "run.id: 'x' is not an integer; write it with digits only, like 12 or -3",
                        "run.id: identifies the run, as the job's schema says; write the name without the leading '-'");
    }

    @Test
    void aSchemaMayDescribeTheRunId() {
        ParameterSchema schema = Schemas.ofProperties("\"run.id\": {\"type\": \"integer\", \"minimum\": 1}");

        assertThat(faults(schema, Map.of("run.id", "0", "century", "1")))
                .containsExactly(
                        "century: is unknown; this job's parameters are run.id",
                        "run.id: '0' is less than the minimum 1");
    }

    @Test
    void whatIsHostileIsShownHarmlessAndShort() {
        assertThat(faults(flights, Map.of("month", "\u001b[2J\r\n\u202e" + "x".repeat(200), "input", "a:b")))
                .containsExactly("month: '\\u001b[2J\\u000d\\u000a\\u202e" + "x".repeat(93)
                        + "…' does not match ^\\d{4}-(0[1-9]|1[0-2])$, for example '2001-01'");
        assertThat(flights.resolve(Map.of("a\nb" + "x".repeat(1_000_000), "", "month", "2001-01", "input", "a:b"))
                        .faults())
                .singleElement()
                .extracting(ParameterFault::parameter)
                .isEqualTo("a\\u000ab" + "x".repeat(97) + "…");
    }

    private static void assertAccepted(ParameterSchema schema, String name, String literal) {
        Resolution resolution = schema.resolve(Map.of(name, literal));

        assertThat(resolution.faults()).isEmpty();
        assertThat(resolution.parameters().byName()).isEqualTo(Map.of(name, new JobParameter(literal, true)));
    }
}
