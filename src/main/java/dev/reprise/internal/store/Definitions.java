package dev.reprise.internal.store;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.SqlFailures;
import dev.reprise.job.JobModel;
import dev.reprise.job.RecordedDefinition;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * The definitions of jobs as they ran (contract.md §8.2): each version has one row, which the first launch of it in a
 * process makes sure of. Thread-safe.
 */
public final class Definitions {

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

    private record Known(JobModel job, RecordedDefinition definition) {}

    private final Database database;
    private final Function<JobModel, RecordedDefinition> recording;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Set<String> recorded = ConcurrentHashMap.newKeySet();

    public Definitions(Database database, Function<JobModel, RecordedDefinition> recording) {
        this.database = database;
        this.recording = recording;
    }

    /** The definition of a job that is deployed. */
    public RecordedDefinition of(JobModel job) {
        Known last = known.get(job.name());
        if (last == null || !last.job().isThe(job)) {
            last = new Known(job, recording.apply(job));
            known.put(job.name(), last);
        }
        return last.definition();
    }

    /** The digest of a definition that is recorded from now on. */
    public String recorded(JobModel job) {
        RecordedDefinition definition = of(job);
        if (!recorded.contains(definition.digest())) {
            try {
                database.doIdempotently(handle -> handle.createUpdate(INSERT)
                        .bind("digest", definition.digest())
                        .bind("job", job.name())
                        .bind("definition", definition.xml())
                        .execute());
            } catch (RuntimeException e) {
                if (!SqlFailures.isDuplicateKey(e)) {
                    throw e;
                }
            }
            recorded.add(definition.digest());
        }
        return definition.digest();
    }

    /** A definition by its digest, if it is recorded and can be read. */
    public static Optional<RecordedDefinition> find(Handle handle, String digest) {
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
    public Optional<String> ofExecution(long executionId) {
        return database.read(handle -> handle.createQuery(OF_EXECUTION)
                .bind("execution", executionId)
                .mapTo(String.class)
                .findOne());
    }
}
