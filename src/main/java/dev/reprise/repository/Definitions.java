package dev.reprise.repository;

import dev.reprise.job.RecordedDefinition;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jberet.job.model.Job;
import org.jdbi.v3.core.Handle;

/**
 * The definitions of jobs as they ran (semantics.md §8.2): each version has one row, which the first launch of it in a
 * process makes sure of. Thread-safe.
 */
final class Definitions {

    private static final String INSERT = """
            insert into REPRISE_DEFINITION (DIGEST, JOB_NAME, RECORDED_AT, DEFINITION)
            select cast(:digest as varchar(64)), cast(:job as varchar(100)), current_timestamp, :definition
             where not exists (select 1 from REPRISE_DEFINITION where DIGEST = :digest)""";

    private static final String FIND = "select DEFINITION from REPRISE_DEFINITION where DIGEST = :digest";

    private static final String OF_EXECUTION = """
            select d.DEFINITION
              from BATCH_JOB_EXECUTION e
              join REPRISE_DEFINITION d on d.DIGEST = e.REPRISE_DEFINITION
             where e.JOB_EXECUTION_ID = :execution""";

    /** Of a model; the engine makes one for each deployment, or for each start. */
    private record Known(Job job, RecordedDefinition definition) {}

    private final Database database;
    private final LaunchRules rules;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Set<String> recorded = ConcurrentHashMap.newKeySet();

    Definitions(Database database, LaunchRules rules) {
        this.database = database;
        this.rules = rules;
    }

    /** The definition of a job that is deployed. */
    @SuppressWarnings("ReferenceEquality") // to the engine all models of one name are equal
    RecordedDefinition of(Job job) {
        Known last = known.get(job.getId());
        if (last == null || last.job() != job) {
            last = new Known(job, rules.definitionOf(job));
            known.put(job.getId(), last);
        }
        return last.definition();
    }

    /** The digest of a definition that is recorded from now on. */
    String recorded(Job job) {
        RecordedDefinition definition = of(job);
        if (!recorded.contains(definition.digest())) {
            try {
                database.doRepeatably(handle -> handle.createUpdate(INSERT)
                        .bind("digest", definition.digest())
                        .bind("job", job.getId())
                        .bind("definition", definition.xml())
                        .execute());
            } catch (RuntimeException e) {
                if (!Database.isDuplicateKey(e)) {
                    throw e;
                }
            }
            recorded.add(definition.digest());
        }
        return definition.digest();
    }

    /** A definition by its digest, if it is recorded and can be read. */
    static Optional<RecordedDefinition> find(Handle handle, String digest) {
        return handle.createQuery(FIND)
                .bind("digest", digest)
                .mapTo(String.class)
                .findOne()
                .flatMap(Definitions::readable);
    }

    private static Optional<RecordedDefinition> readable(String xml) {
        try {
            return Optional.of(RecordedDefinition.read(xml));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The text of the definition that an execution ran; empty if none is recorded. */
    Optional<String> ofExecution(long executionId) {
        return database.read(handle -> handle.createQuery(OF_EXECUTION)
                .bind("execution", executionId)
                .mapTo(String.class)
                .findOne());
    }
}
