package dev.reprise.parameters;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.networknt.schema.Schema;
import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.item.RootFolder;
import dev.reprise.log.Shown;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What parameters a job takes, which of them identify a run and what each must look like: a JSON Schema (2020-12) beside
 * the job's XML, {@code META-INF/batch-jobs/<job>.schema.json}. Immutable and thread-safe.
 *
 * <p>Parameters are texts, so each property has one of the types string, integer, number and boolean. Beside the
 * standard's keywords {@code x-identifying} says whether another value is another run (contract.md §2.1; it is, unless
 * it says {@code false}), and {@code writeOnly} that the parameter is a secret, which never identifies. Formats are
 * asserted; {@code path} is one of ours: a path inside the {@link RootFolder} that {@code x-root} names. Patterns are
 * searched with the JDK's regular expressions. Nothing is ever fetched.
 */
public final class ParameterSchema {

    private static final int LONGEST_REASON = 400;

    private static final String FOLDER = "META-INF/batch-jobs/";

    private final String json;
    private final SortedMap<String, Declared> declared;
    private final Schema schema;
    private final String knownNames;

    ParameterSchema(String json, SortedMap<String, Declared> declared, boolean declaresRunId, Schema schema) {
        this.json = json;
        this.declared = declared;
        this.schema = schema;
        this.knownNames = declared.keySet().stream()
                .filter(name -> declaresRunId || !name.equals(Declared.RUN_ID))
                .collect(joining(", "));
    }

    /**
     * The schema of a job, or empty if it has none.
     *
     * @throws InvalidSchemaException if there is one, and it cannot be used
     */
    public static Optional<ParameterSchema> find(String jobName, ClassLoader loader) {
        if (jobName.indexOf('/') >= 0 || jobName.indexOf('\\') >= 0) {
            return Optional.empty(); // a job is a file in that very folder
        }
        String file = FOLDER + jobName + ".schema.json";
        try (InputStream stream = loader.getResourceAsStream(file)) {
            if (stream == null) {
                return Optional.empty();
            }
            String json = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(stream.readAllBytes()))
                    .toString();
            return Optional.of(new SchemaFile(file, json).read());
        } catch (IOException e) {
            throw new InvalidSchemaException(
                    file, "it cannot be read: " + e, "Write it as a JSON Schema 2020-12, in UTF-8", e);
        }
    }

    /**
     * What a launch with these parameters is: the defaults filled in, the marks taken off the names, and everything that
     * is wrong with them, not only the first fault. The engine's own ({@code jberet.…}) are left out.
     *
     * @param given the parameters by name; a name that the schema calls non-identifying may carry the mark {@code -}
     */
    public Resolution resolve(Map<String, String> given) {
        SortedMap<String, String> values = new TreeMap<>();
        Set<ParameterFault> faults = new TreeSet<>();
        takeKnown(given, values, faults);
        declared.forEach((name, parameter) -> {
            if (parameter.defaultValue() != null) {
                values.putIfAbsent(name, parameter.defaultValue());
            }
        });
        Set<String> unreadable = new HashSet<>();
        ObjectNode instance = instance(values, unreadable, faults);
        faults.addAll(new Faults(values, declared, unreadable).of(schema.validate(instance)));
        values.forEach((name, literal) -> faultOfPath(name, literal).ifPresent(faults::add));
        return new Resolution(parameters(values), List.copyOf(faults));
    }

    /** Whether a launch may give a parameter of this name. */
    public boolean declares(String name) {
        return declared.containsKey(name);
    }

    /** The names of all parameters, the incrementer's included. */
    public Set<String> names() {
        return Set.copyOf(declared.keySet());
    }

    /** The schema as it was written: for consoles that make a form of it. */
    public String json() {
        return json;
    }

    private void takeKnown(Map<String, String> given, Map<String, String> values, Set<ParameterFault> faults) {
        given.forEach((key, value) -> {
            if (key.startsWith(JobParameters.ENGINE_PREFIX)) {
                return;
            }
            boolean marked = key.startsWith(JobParameters.NON_IDENTIFYING_MARK);
            String name = marked ? key.substring(JobParameters.NON_IDENTIFYING_MARK.length()) : key;
            Declared parameter = declared.get(name);
            if (parameter == null) {
                faults.add(new ParameterFault(name, unknown(name)));
                return;
            }
            if (marked && given.containsKey(name)) {
                faults.add(new ParameterFault(
                        name, "is given twice, as '" + name + "' and as '-" + name + "'; give it once"));
                return;
            }
            if (marked && parameter.identifying()) {
                faults.add(new ParameterFault(
                        name, "identifies the run, as the job's schema says; write the name without the leading '-'"));
            }
            values.put(name, value);
        });
    }

    private ObjectNode instance(Map<String, String> values, Set<String> unreadable, Set<ParameterFault> faults) {
        ObjectNode instance = JsonNodeFactory.instance.objectNode();
        values.forEach((name, literal) -> {
            Declared parameter = declaration(name);
            ValueType type = parameter.type();
            JsonNode value = type.read(literal);
            if (value == null) {
                unreadable.add(name);
                faults.add(new ParameterFault(
                        name,
                        (parameter.secret() ? JobParameter.MASK : Shown.value(literal)) + " is not " + type.noun()
                                + "; " + type.advice()));
                value = TextNode.valueOf(literal); // it is there, whatever it says
            }
            instance.set(name, value);
        });
        return instance;
    }

    private Optional<ParameterFault> faultOfPath(String name, String literal) {
        Declared parameter = declaration(name);
        RootFolder root = parameter.root();
        if (root == null) {
            return Optional.empty();
        }
        try {
            root.resolve(literal);
            return Optional.empty();
        } catch (IllegalArgumentException | IllegalStateException e) {
            return Optional.of(new ParameterFault(
                    name,
                    (parameter.secret() ? JobParameter.MASK : Shown.value(literal)) + " cannot be used: "
                            + Shown.text(String.valueOf(e.getMessage()), LONGEST_REASON)));
        }
    }

    private JobParameters parameters(Map<String, String> values) {
        SortedMap<String, JobParameter> parameters = new TreeMap<>();
        values.forEach((name, literal) -> parameters.put(
                name,
                new JobParameter(
                        literal,
                        declaration(name).identifying(),
                        declaration(name).secret())));
        return new JobParameters(parameters);
    }

    private Declared declaration(String name) {
        Declared declaration = declared.get(name);
        if (declaration == null) {
            throw new IllegalStateException("'" + name + "' was taken though it is not declared");
        }
        return declaration;
    }

    private String unknown(String name) {
        if (name.isEmpty()) {
            return "a parameter has no name";
        }
        String known = knownNames.isEmpty()
                ? "is unknown: this job has no parameters"
                : "is unknown; this job's parameters are " + knownNames;
        return SimilarName.of(name, declared.keySet())
                .map(similar -> known + ". Did you mean '" + similar + "'?")
                .orElse(known);
    }

    /**
     * What the parameters of a launch come to.
     *
     * @param parameters those that the schema knows, defaults included, each with its literal text; fit for use only
     *     where there is no fault
     * @param faults all that is wrong, by parameter name; empty if nothing is
     */
    public record Resolution(JobParameters parameters, List<ParameterFault> faults) {

        public Resolution {
            faults = List.copyOf(faults);
        }
    }
}
