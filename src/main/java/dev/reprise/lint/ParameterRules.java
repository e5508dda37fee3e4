package dev.reprise.lint;

import dev.reprise.identity.JobParameters;
import dev.reprise.job.JobFiles;
import dev.reprise.job.JobXml;
import dev.reprise.lint.Finding.Severity;
import dev.reprise.log.Shown;
import dev.reprise.parameters.InvalidSchemaException;
import dev.reprise.parameters.ParameterSchema;
import dev.reprise.parameters.SimilarName;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What can be said of the schema of a job's parameters, and of those that its XML uses. */
final class ParameterRules {

    /** As the engine reads it: the quotes may differ, and a name goes on to the first bracket. */
    private static final Pattern PARAMETER = Pattern.compile("#\\{jobParameters\\[['\"]([^]]*)['\"]]");

    private final ClassLoader application;
    private final String shownFolder;
    private final Findings findings;

    /** @param shownFolder where the schema is, as findings name it */
    ParameterRules(ClassLoader application, String shownFolder, Findings findings) {
        this.application = application;
        this.shownFolder = shownFolder;
        this.findings = findings;
    }

    void judge(String id, JobXml.Element root) {
        Optional<ParameterSchema> schema;
        try {
            schema = ParameterSchema.find(id, application);
        } catch (InvalidSchemaException e) {
            findings.add(new Finding(
                    Severity.ERROR,
                    "parameter-schema",
                    shownFolder + id + ".schema.json",
                    1,
                    Shown.text(String.valueOf(e.getMessage()), 1000)
                            .replaceFirst("^" + JobFiles.FOLDER + "\\S* cannot be used", "it cannot be used")));
            return;
        }
        if (schema.isEmpty()) {
            return;
        }
        root.withAllInside()
                .forEach(element -> element.attributes()
                        .forEach(attribute -> judgeUses(schema.get(), id, element, attribute.value())));
    }

    private void judgeUses(ParameterSchema schema, String id, JobXml.Element element, String text) {
        Matcher matcher = PARAMETER.matcher(text);
        while (matcher.find()) {
            String parameter = matcher.group(1);
            if (!parameter.startsWith(JobParameters.ENGINE_PREFIX) && !schema.declares(parameter)) {
                findings.error(
                        "parameter",
                        element.line(),
                        "parameter " + Shown.value(parameter) + " is not in " + Shown.text(id)
                                + ".schema.json, so no launch can give it. "
                                + SimilarName.of(parameter, schema.names())
                                        .map(similar -> "Did you mean '" + similar + "'?")
                                        .orElse("Declare it there, or take it out here"));
            }
        }
    }
}
