package dev.reprise.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.reprise.job.JobGraph.Node;
import dev.reprise.job.JobGraph.NodeKind;
import dev.reprise.job.JobGraph.Transition;
import dev.reprise.job.JobGraph.TransitionKind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The elements of a job, and which way an element takes (contract.md §5). */
class JobGraphTest {

    private static final JobGraph GRAPH = JobGraph.of(Jobs.of("", """
            <step id="base" abstract="true" next="sides"><chunk><reader ref="r"/><writer ref="w"/></chunk></step>
            <step id="load" parent="base" allow-start-if-complete="true">
              <end on="NOTHING*" exit-status="IDLE"/>
              <fail on="BROKEN"/>
              <stop on="WAIT" restart="load"/>
              <stop on="PAUSE" exit-status="PAUSED"/>
            </step>
            <split id="sides" next="judge">
              <flow id="left" next="nowhere"><step id="left1"><batchlet ref="b"/></step></flow>
              <flow id="right"><step id="right1"><batchlet ref="b"/><partition><plan/></partition></step></flow>
            </split>
            <decision id="judge" ref="d"><next on="GOOD" to="last"/><next on="*" to="load"/></decision>
            <flow id="last"><step id="inner"><batchlet ref="b"/></step><end on="*"/></flow>
            """));

    @Test
    void hasEveryElementBeforeWhatItContains() {
        assertThat(GRAPH.job()).isEqualTo("flights");
        assertThat(GRAPH.nodes())
                .containsExactly(
                        new Node(
                                "load",
                                NodeKind.STEP,
                                null,
                                new StepDefinition("load", true, false, true),
                                List.of(
                                        new Transition("load", TransitionKind.END, "NOTHING*", null, "IDLE"),
                                        new Transition("load", TransitionKind.FAIL, "BROKEN", null, null),
                                        new Transition("load", TransitionKind.STOP, "WAIT", "load", null),
                                        new Transition("load", TransitionKind.STOP, "PAUSE", null, "PAUSED"),
                                        new Transition("load", TransitionKind.NEXT_ATTRIBUTE, "*", "sides", null))),
                        new Node(
                                "sides",
                                NodeKind.SPLIT,
                                null,
                                null,
                                List.of(new Transition("sides", TransitionKind.NEXT_ATTRIBUTE, "*", "judge", null))),
                        new Node(
                                "left",
                                NodeKind.FLOW,
                                "sides",
                                null,
                                List.of(new Transition("left", TransitionKind.NEXT_ATTRIBUTE, "*", "nowhere", null))),
                        step("left1", "left", false),
                        new Node("right", NodeKind.FLOW, "sides", null, List.of()),
                        step("right1", "right", true),
                        new Node(
                                "judge",
                                NodeKind.DECISION,
                                null,
                                null,
                                List.of(
                                        new Transition("judge", TransitionKind.NEXT, "GOOD", "last", null),
                                        new Transition("judge", TransitionKind.NEXT, "*", "load", null))),
                        new Node(
                                "last",
                                NodeKind.FLOW,
                                null,
                                null,
                                List.of(new Transition("last", TransitionKind.END, "*", null, null))),
                        step("inner", "last", false));
    }

    @Test
    void knowsWhatLiesInWhat() {
        assertThat(GRAPH.inside(null)).extracting(Node::id).containsExactly("load", "sides", "judge", "last");
        assertThat(GRAPH.inside("sides")).extracting(Node::id).containsExactly("left", "right");
        assertThat(GRAPH.inside("left1")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "null", textBlock = """
            load,  COMPLETED, false, NEXT_ATTRIBUTE
            load,  NOTHING,   false, END
            load,  NOTHING 1, false, END
            load,  BROKEN,    false, FAIL
            load,  BROKEN,    true,  FAIL
            load,  WAIT,      false, STOP
            load,  FAILED,    true,  null
            load,  null,      false, NEXT_ATTRIBUTE
            sides, COMPLETED, false, NEXT_ATTRIBUTE
            sides, FAILED,    true,  null
            judge, GOOD,      false, NEXT
            judge, null,      false, null
            last,  ANYTHING,  false, END
            last,  FAILED,    true,  null
            inner, COMPLETED, false, null
            none,  COMPLETED, false, null
            """)
    void takesTheFirstWayThatMatches(String element, String exitStatus, boolean failed, TransitionKind kind) {
        assertThat(GRAPH.taken(element, exitStatus, failed)
                        .map(Transition::kind)
                        .orElse(null))
                .isEqualTo(kind);
    }

    @Test
    void takesTheFirstInDocumentOrder() {
        assertThat(GRAPH.taken("judge", "GOOD", false).map(Transition::to)).contains("last");
        assertThat(GRAPH.taken("judge", "OTHER", false).map(Transition::to)).contains("load");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            '',      '',         true
            '',      A,          false
            *,       '',         true
            *,       A B,        true
            ?,       A,          true
            ?,       😀,         true
            ?,       '',         false
            A*,      A,          true
            A*B*C,   AxBBxC,     true
            A*B*C,   AxCBx,      false
            *A,      BAAA,       true
            A.B*,    A.BC,       true
            A.B*,    AxBC,       false
            (A|B)*,  AB,         false
            COMPLETED, completed, false
            """)
    void matchesWithTwoWildcardsAndNothingElse(String on, String exitStatus, boolean matches) {
        assertThat(JobGraph.matches(on, exitStatus)).isEqualTo(matches);
    }

    @Test
    void isJson() throws JsonProcessingException {
        JobGraph small = JobGraph.of(Jobs.of("", "<step id=\"a\" next=\"b\"><batchlet ref=\"b\"/></step>"));

        assertThat(JsonMapper.builder().build().writeValueAsString(small)).isEqualTo("""
                {"job":"flights","nodes":[{"id":"a","kind":"STEP","parent":null,\
                "step":{"name":"a","allowStartIfComplete":false,"partitioned":false,"chunk":false,"startLimit":0},\
                "transitions":[{"from":"a","kind":"NEXT_ATTRIBUTE","on":"*","to":"b","exitStatus":null}]}]}""");
    }

    private static Node step(String id, String parent, boolean partitioned) {
        return new Node(id, NodeKind.STEP, parent, new StepDefinition(id, false, partitioned, false), List.of());
    }
}
