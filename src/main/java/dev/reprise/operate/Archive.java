package dev.reprise.operate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reprise.identity.JobParameter;
import dev.reprise.internal.store.history.History;
import dev.reprise.log.OwnFiles;
import dev.reprise.state.ExecutionState;
import dev.reprise.state.PurgedExecution;
import dev.reprise.state.StepState;
import dev.reprise.state.TransitionTaken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Where purged history is kept: a gzipped file of JSON lines for each purge, one line for each execution, on disk before the
 * execution is gone. After a crash some lines may be there whose executions still are; a later file then has them again.
 * Only the server's own account may read them. Not thread-safe.
 */
public final class Archive implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Archive.class.getName());

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("'purge-'uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Path folder;
    private final Instant began;
    private @Nullable Path file;
    private @Nullable RandomAccessFile opened;

    private Archive(Path folder, Instant began) {
        this.folder = folder;
        this.began = began;
    }

    /**
     * A folder in whose files a deployment can keep what it purges.
     *
     * @param folder is made if it is not there
     * @throws IllegalStateException if nothing can be written there
     */
    public static Path usable(Path folder) {
        try {
            OwnFiles.createFolders(folder);
        } catch (IOException e) {
            throw cannotBeUsed(folder, e.toString(), e);
        }
        if (!Files.isWritable(folder)) {
            throw cannotBeUsed(folder, "the server may not write there", null);
        }
        return folder;
    }

    private static IllegalStateException cannotBeUsed(Path folder, String why, @Nullable Throwable cause) {
        return new IllegalStateException(
                "The folder for purged history, " + folder + " (reprise.archive), cannot be used: " + why, cause);
    }

    /** For one purge. Its file is made when there is something to keep. */
    static Archive begin(Path folder, History history) {
        return new Archive(folder, history.now());
    }

    /**
     * Has the executions on disk when it returns.
     *
     * @throws UncheckedIOException if it cannot; nothing of them is left there then
     */
    void append(List<PurgedExecution> executions) {
        try {
            RandomAccessFile open = open();
            long before = open.length();
            try {
                open.write(compressed(executions));
                open.getFD().sync();
            } catch (IOException e) {
                open.setLength(before);
                open.seek(before);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Purged history cannot be written to " + folder + ", so it is not purged: " + e, e);
        }
    }

    /** Not a channel: the interrupt of a job that is stopped would close it in the middle of a part. */
    private RandomAccessFile open() throws IOException {
        RandomAccessFile open = opened;
        for (int number = 0; open == null; number++) {
            Path next = folder.resolve(NAME.format(began) + (number == 0 ? "" : "-" + number) + ".jsonl.gz");
            try {
                OwnFiles.createFile(next);
                open = new RandomAccessFile(next.toFile(), "rw");
                forceEntry();
                opened = open;
                file = next;
            } catch (FileAlreadyExistsException e) {
                LOG.log(Level.DEBUG, "another purge began in the same second", e);
            }
        }
        return open;
    }

    /** The name of a new file, which is part of its folder. Not every system can do that, and no thread that is interrupted. */
    private void forceEntry() {
        try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
            entries.force(true);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "a folder cannot be forced to disk here", e);
        }
    }

    /** Several compressed parts, one after the other, are a compressed file. */
    private static byte[] compressed(List<PurgedExecution> executions) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream lines = new GZIPOutputStream(bytes)) {
            for (PurgedExecution execution : executions) {
                lines.write(line(execution).getBytes(StandardCharsets.UTF_8));
                lines.write('\n');
            }
        }
        return bytes.toByteArray();
    }

    static String line(PurgedExecution purged) throws JsonProcessingException {
        ExecutionState execution = purged.execution();
        Map<String, Object> parameters = new LinkedHashMap<>();
        execution.parameters().byName().forEach((name, parameter) -> parameters.put(name, value(parameter)));
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        line.put("job", execution.job());
        line.put("instance", execution.instanceId());
        line.put("key", purged.key());
        line.put("execution", execution.id());
        line.put("status", execution.status());
        line.put("exitStatus", execution.exitStatus());
        line.put("created", text(execution.created()));
        line.put("started", text(execution.started()));
        line.put("ended", text(execution.ended()));
        line.put("node", execution.node());
        line.put("submitter", execution.submitter());
        line.put("failure", execution.failure());
        line.put("parameters", parameters);
        line.put("steps", purged.steps().stream().map(Archive::step).toList());
        line.put(
                "transitions",
                purged.transitions().stream().map(Archive::transition).toList());
        return JSON.writeValueAsString(line);
    }

    private static Map<String, Object> value(JobParameter parameter) {
        return Map.of("value", parameter.shown(), "identifying", parameter.identifying());
    }

    private static Map<String, @Nullable Object> step(StepState step) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("step", step.name());
        fields.put("status", step.status().name());
        fields.put("exitStatus", step.exitStatus());
        fields.put("started", text(step.started()));
        fields.put("ended", text(step.ended()));
        fields.put("counts", step.counts());
        fields.put("failure", step.failure());
        return fields;
    }

    private static Map<String, @Nullable Object> transition(TransitionTaken taken) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("element", taken.element());
        fields.put("exitStatus", taken.exitStatus());
        fields.put("kind", taken.kind().name());
        fields.put("on", taken.on());
        fields.put("to", taken.target());
        return fields;
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    @Override
    public void close() {
        RandomAccessFile open = opened;
        if (open == null) {
            return;
        }
        try {
            open.close();
            LOG.log(Level.INFO, "What was purged is in {0}", file);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "The archive " + file + " cannot be closed; what is in it is safe", e);
        }
    }
}
