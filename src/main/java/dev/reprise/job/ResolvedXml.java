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
    private final XmlText xml = new XmlText();
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
        resolved.job(job);
        return resolved.xml.toString();
    }

    /** What an element without an id is called. */
    static String place(String idAround, String tag) {
        return idAround + "/" + tag;
    }

    private void job(Job job) {
        within = "";
        xml.element(
                "job",
                () -> {
                    xml.attribute("xmlns", "https://jakarta.ee/xml/ns/jakartaee");
                    xml.attribute("xmlns:r", NAMESPACE);
                    xml.attribute("version", "2.0");
                    xml.attribute("id", job.getId());
                    xml.attribute("restartable", String.valueOf(job.getRestartableBoolean()));
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
        xml.element(
                tag,
                () -> {
                    xml.attribute("id", element.getId());
                    xml.attribute("next", next);
                    line(lines.get(element.getId()));
                },
                inside);
    }

    private void decision(Decision decision) {
        xml.element(
                "decision",
                () -> {
                    xml.attribute("id", decision.getId());
                    xml.attribute("ref", decision.getRef());
                    line(lines.get(decision.getId()));
                },
                () -> {
                    properties(decision.getProperties());
                    transitions(decision);
                });
    }

    private void step(Step step) {
        within = step.getId();
        xml.element(
                "step",
                () -> {
                    xml.attribute("id", step.getId());
                    xml.attribute("next", step.getAttributeNext());
                    xml.attribute("start-limit", step.getStartLimit());
                    xml.attribute("allow-start-if-complete", step.getAllowStartIfComplete());
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
                    xml.attribute("checkpoint-policy", chunk.getCheckpointPolicy());
                    xml.attribute("item-count", chunk.getItemCount());
                    xml.attribute("time-limit", chunk.getTimeLimit());
                    xml.attribute("skip-limit", chunk.getSkipLimit());
                    xml.attribute("retry-limit", chunk.getRetryLimit());
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
                    xml.attribute("partitions", plan.getPartitions());
                    xml.attribute("threads", plan.getThreads());
                },
                () -> plan.getPropertiesList().forEach(this::properties));
    }

    private void filter(String tag, @Nullable ExceptionClassFilter filter) {
        if (filter == null) {
            return;
        }
        part(tag, () -> {}, () -> {
            filter.getInclude().forEach(name -> xml.element("include", () -> xml.attribute("class", name), () -> {}));
            filter.getExclude().forEach(name -> xml.element("exclude", () -> xml.attribute("class", name), () -> {}));
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
                    xml.attribute("ref", artifact.getRef());
                    if (tag.equals("reader") || tag.equals("writer")) {
                        xml.attribute("r:" + CHECKPOINT, checkpointOf(artifact.getRef()));
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
            xml.element(
                    "script",
                    () -> {
                        xml.attribute("type", script.getType());
                        xml.attribute("src", script.getSrc());
                    },
                    () -> xml.text(Objects.requireNonNullElse(script.getContent(), "")));
        }
    }

    private void properties(@Nullable Properties properties) {
        if (properties == null || properties.getNameValues().isEmpty()) {
            return;
        }
        xml.element(
                "properties",
                () -> xml.attribute("partition", properties.getPartition()),
                () -> properties
                        .getNameValues()
                        .forEach((name, value) -> xml.element(
                                "property",
                                () -> {
                                    xml.attribute("name", name);
                                    xml.attribute("value", value);
                                },
                                () -> {})));
    }

    private void transitions(JobElement element) {
        for (Object transition : element.getTransitionElements()) {
            if (transition instanceof Transition.Next<?> next) {
                xml.element("next", () -> on(next, "to", next.getTo()), () -> {});
            } else if (transition instanceof Transition.End<?> end) {
                xml.element("end", () -> on(end, "exit-status", end.getExitStatus()), () -> {});
            } else if (transition instanceof Transition.Fail<?> fail) {
                xml.element("fail", () -> on(fail, "exit-status", fail.getExitStatus()), () -> {});
            } else if (transition instanceof Transition.Stop<?> stop) {
                xml.element(
                        "stop",
                        () -> {
                            on(stop, "exit-status", stop.getExitStatus());
                            xml.attribute("restart", stop.getRestart());
                        },
                        () -> {});
            }
        }
    }

    private void on(Transition<?> transition, String more, @Nullable String value) {
        xml.attribute("on", transition.getOn());
        xml.attribute(more, value);
    }

    /** An element of a step that has no id. */
    private void part(String tag, Runnable attributes, Runnable inside) {
        xml.element(
                tag,
                () -> {
                    attributes.run();
                    line(lines.get(place(within, tag)));
                },
                inside);
    }

    private void line(@Nullable Integer line) {
        xml.attribute("r:" + LINE, line == null ? null : line.toString());
    }
}
