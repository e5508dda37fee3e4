package dev.reprise.job;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jberet.job.model.Chunk;
import org.jberet.job.model.Decision;
import org.jberet.job.model.ExceptionClassFilter;
import org.jberet.job.model.Flow;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobElement;
import org.jberet.job.model.Listeners;
import org.jberet.job.model.Partition;
import org.jberet.job.model.PartitionPlan;
import org.jberet.job.model.Properties;
import org.jberet.job.model.RefArtifact;
import org.jberet.job.model.Script;
import org.jberet.job.model.Split;
import org.jberet.job.model.Step;
import org.jberet.job.model.Transition;
import org.jspecify.annotations.Nullable;

/**
 * The engine's model of a job, whose inheritance is resolved, as job XML again: in one form for all that mean the same.
 * Abstract elements are left out, expressions are left as they are.
 */
final class ResolvedXml {

    /** Of the attributes that the engine does not know. */
    static final String NAMESPACE = "urn:reprise:definition";

    /** Where the element begins in the file that it was read from. */
    static final String LINE = "line";

    /** The class of the checkpoints that a reader or writer declares. */
    static final String CHECKPOINT = "checkpoint";

    private final Map<String, Integer> lines;
    private final Function<String, @Nullable Class<?>> artifacts;
    private final StringBuilder xml = new StringBuilder();
    private String within = "";

    private ResolvedXml(Map<String, Integer> lines, Function<String, @Nullable Class<?>> artifacts) {
        this.lines = lines;
        this.artifacts = artifacts;
    }

    /**
     * @param lines where elements begin: those with an id by it, others by {@link #place}
     * @param artifacts the class that a {@code ref} names, or null if it is not known
     */
    static String of(Job job, Map<String, Integer> lines, Function<String, @Nullable Class<?>> artifacts) {
        ResolvedXml resolved = new ResolvedXml(lines, artifacts);
        resolved.xml.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        resolved.job(job);
        return resolved.xml.append('\n').toString();
    }

    /** What an element without an id is called. */
    static String place(String idAround, String tag) {
        return idAround + "/" + tag;
    }

    private void job(Job job) {
        within = "";
        element(
                "job",
                () -> {
                    attribute("xmlns", "https://jakarta.ee/xml/ns/jakartaee");
                    attribute("xmlns:r", NAMESPACE);
                    attribute("version", "2.0");
                    attribute("id", job.getId());
                    attribute("restartable", String.valueOf(job.getRestartableBoolean()));
                    line(lines.get(""));
                },
                () -> {
                    properties(job.getProperties());
                    listeners(job.getListeners());
                    elements(job.getJobElements());
                });
    }

    private void elements(List<? extends JobElement> elements) {
        for (JobElement element : elements) {
            if (element instanceof Step step && !step.isAbstract()) {
                step(step);
            } else if (element instanceof Flow flow && !flow.isAbstract()) {
                identified(flow, "flow", flow.getAttributeNext(), () -> {
                    elements(flow.getJobElements());
                    transitions(flow);
                });
            } else if (element instanceof Split split) {
                identified(split, "split", split.getAttributeNext(), () -> elements(split.getFlows()));
            } else if (element instanceof Decision decision) {
                decision(decision);
            }
        }
    }

    private void identified(JobElement element, String tag, @Nullable String next, Runnable inside) {
        element(
                tag,
                () -> {
                    attribute("id", element.getId());
                    attribute("next", next);
                    line(lines.get(element.getId()));
                },
                inside);
    }

    private void decision(Decision decision) {
        element(
                "decision",
                () -> {
                    attribute("id", decision.getId());
                    attribute("ref", decision.getRef());
                    line(lines.get(decision.getId()));
                },
                () -> {
                    properties(decision.getProperties());
                    transitions(decision);
                });
    }

    private void step(Step step) {
        within = step.getId();
        element(
                "step",
                () -> {
                    attribute("id", step.getId());
                    attribute("next", step.getAttributeNext());
                    attribute("start-limit", step.getStartLimit());
                    attribute("allow-start-if-complete", step.getAllowStartIfComplete());
                    line(lines.get(step.getId()));
                },
                () -> {
                    properties(step.getProperties());
                    listeners(step.getListeners());
                    artifact("batchlet", step.getBatchlet());
                    chunk(step.getChunk());
                    partition(step.getPartition());
                    transitions(step);
                });
    }

    private void chunk(@Nullable Chunk chunk) {
        if (chunk == null) {
            return;
        }
        part(
                "chunk",
                () -> {
                    attribute("checkpoint-policy", chunk.getCheckpointPolicy());
                    attribute("item-count", chunk.getItemCount());
                    attribute("time-limit", chunk.getTimeLimit());
                    attribute("skip-limit", chunk.getSkipLimit());
                    attribute("retry-limit", chunk.getRetryLimit());
                },
                () -> {
                    artifact("reader", chunk.getReader());
                    artifact("processor", chunk.getProcessor());
                    artifact("writer", chunk.getWriter());
                    artifact("checkpoint-algorithm", chunk.getCheckpointAlgorithm());
                    filter("skippable-exception-classes", chunk.getSkippableExceptionClasses());
                    filter("retryable-exception-classes", chunk.getRetryableExceptionClasses());
                    filter("no-rollback-exception-classes", chunk.getNoRollbackExceptionClasses());
                });
    }

    private void partition(@Nullable Partition partition) {
        if (partition == null) {
            return;
        }
        part("partition", () -> {}, () -> {
            artifact("mapper", partition.getMapper());
            plan(partition.getPlan());
            artifact("collector", partition.getCollector());
            artifact("analyzer", partition.getAnalyzer());
            artifact("reducer", partition.getReducer());
        });
    }

    private void plan(@Nullable PartitionPlan plan) {
        if (plan == null) {
            return;
        }
        part(
                "plan",
                () -> {
                    attribute("partitions", plan.getPartitions());
                    attribute("threads", plan.getThreads());
                },
                () -> plan.getPropertiesList().forEach(this::properties));
    }

    private void filter(String tag, @Nullable ExceptionClassFilter filter) {
        if (filter == null) {
            return;
        }
        part(tag, () -> {}, () -> {
            filter.getInclude().forEach(name -> element("include", () -> attribute("class", name), () -> {}));
            filter.getExclude().forEach(name -> element("exclude", () -> attribute("class", name), () -> {}));
        });
    }

    private void listeners(@Nullable Listeners listeners) {
        if (listeners != null && !listeners.getListeners().isEmpty()) {
            part("listeners", () -> {}, () -> listeners.getListeners().forEach(each -> artifact("listener", each)));
        }
    }

    private void artifact(String tag, @Nullable RefArtifact artifact) {
        if (artifact == null) {
            return;
        }
        part(
                tag,
                () -> {
                    attribute("ref", artifact.getRef());
                    if (tag.equals("reader") || tag.equals("writer")) {
                        attribute("r:" + CHECKPOINT, checkpointOf(artifact.getRef()));
                    }
                },
                () -> {
                    properties(artifact.getProperties());
                    script(artifact.getScript());
                });
    }

    /** Null where it declares no class of its own. */
    private @Nullable String checkpointOf(@Nullable String ref) {
        Class<?> type = ref == null ? null : artifacts.apply(ref);
        if (type == null) {
            return null;
        }
        try {
            Class<?> checkpoint = type.getMethod("checkpointInfo").getReturnType();
            return checkpoint == java.io.Serializable.class || checkpoint == Object.class ? null : checkpoint.getName();
        } catch (NoSuchMethodException | LinkageError e) {
            return null;
        }
    }

    private void script(@Nullable Script script) {
        if (script != null) {
            element(
                    "script",
                    () -> {
                        attribute("type", script.getType());
                        attribute("src", script.getSrc());
                    },
                    () -> text(Objects.requireNonNullElse(script.getContent(), "")));
        }
    }

    private void properties(@Nullable Properties properties) {
        if (properties == null || properties.getNameValues().isEmpty()) {
            return;
        }
        element(
                "properties",
                () -> attribute("partition", properties.getPartition()),
                () -> properties
                        .getNameValues()
                        .forEach((name, value) -> element(
                                "property",
                                () -> {
                                    attribute("name", name);
                                    attribute("value", value);
                                },
                                () -> {})));
    }

    private void transitions(JobElement element) {
        for (Object transition : element.getTransitionElements()) {
            if (transition instanceof Transition.Next<?> next) {
                element("next", () -> on(next, "to", next.getTo()), () -> {});
            } else if (transition instanceof Transition.End<?> end) {
                element("end", () -> on(end, "exit-status", end.getExitStatus()), () -> {});
            } else if (transition instanceof Transition.Fail<?> fail) {
                element("fail", () -> on(fail, "exit-status", fail.getExitStatus()), () -> {});
            } else if (transition instanceof Transition.Stop<?> stop) {
                element(
                        "stop",
                        () -> {
                            on(stop, "exit-status", stop.getExitStatus());
                            attribute("restart", stop.getRestart());
                        },
                        () -> {});
            }
        }
    }

    private void on(Transition<?> transition, String more, @Nullable String value) {
        attribute("on", transition.getOn());
        attribute(more, value);
    }

    // ---- Text ------------------------------------------------------------------------------------------------------

    /** An element of a step that has no id. */
    private void part(String tag, Runnable attributes, Runnable inside) {
        element(
                tag,
                () -> {
                    attributes.run();
                    line(lines.get(place(within, tag)));
                },
                inside);
    }

    private void element(String tag, Runnable attributes, Runnable inside) {
        xml.append("\n<").append(tag);
        attributes.run();
        xml.append('>');
        int empty = xml.length();
        inside.run();
        if (xml.length() == empty) {
            xml.insert(empty - 1, '/');
        } else {
            xml.append("</").append(tag).append('>');
        }
    }

    private void line(@Nullable Integer line) {
        attribute("r:" + LINE, line == null ? null : line.toString());
    }

    private void attribute(String name, @Nullable String value) {
        if (value != null) {
            xml.append(' ').append(name).append("=\"");
            text(value);
            xml.append('"');
        }
    }

    private void text(String text) {
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> xml.append("&amp;");
                case '<' -> xml.append("&lt;");
                case '>' -> xml.append("&gt;");
                case '"' -> xml.append("&quot;");
                case '\n', '\r', '\t' -> xml.append("&#").append(c).append(';');
                default ->
                    xml.appendCodePoint(
                            c < ' ' || (c >= 0xD800 && c <= 0xDFFF) || c == 0xFFFE || c == 0xFFFF ? '\uFFFD' : c);
            }
        });
    }
}
