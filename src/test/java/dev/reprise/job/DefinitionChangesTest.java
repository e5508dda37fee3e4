package dev.reprise.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jberet.creation.ArchiveXmlLoader;
import org.jberet.tools.AbstractJobXmlResolver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** contract.md §8.2: which changes of a definition could repeat, lose or skip work, and how they are told. */
class DefinitionChangesTest {

    private static final StepSoFar HALF_DONE = new StepSoFar(false, "FAILED", 1, 3, 0, true, false, false);
    private static final StepSoFar DONE = new StepSoFar(true, "DONE", 1, 0, 0, false, false, false);
    private static final StepSoFar SOME_PARTITIONS = new StepSoFar(false, "FAILED", 1, 3, 2, true, false, false);

    private static final String LOAD = """
              <step id="load">
                <chunk>
                  <reader ref="r"/>
                  <writer ref="w"/>
                </chunk>
              </step>
            """;

    public static final class Longs {
        public Long checkpointInfo() {
            return 0L;
        }
    }

    public static final class Texts {
        public String checkpointInfo() {
            return "";
        }
    }

    private static RecordedDefinition definition(String elements) {
        String xml = "<job id=\"flights\" version=\"2.0\" xmlns=\"https://jakarta.ee/xml/ns/jakartaee\">\n" + elements
                + "</job>";
        byte[] bytes = xml.getBytes(StandardCharsets.UTF_8);
        return RecordedDefinition.of(
                new JobModel(ArchiveXmlLoader.loadJobXml(
                        "flights",
                        DefinitionChangesTest.class.getClassLoader(),
                        new ArrayList<>(),
                        new AbstractJobXmlResolver() {
                            @Override
                            public InputStream resolveJobXml(String jobXml, ClassLoader classLoader) {
                                return new ByteArrayInputStream(bytes);
                            }
                        })),
                RecordedDefinition.lines(bytes),
                ref -> ref.equals("longs") ? Longs.class : ref.equals("texts") ? Texts.class : null);
    }

    private static List<String> harmful(
            String before, String now, @Nullable String position, Map<String, StepSoFar> steps) {
        return changes(before, now, position, steps).stream()
                .filter(DefinitionChange::harmful)
                .map(DefinitionChange::text)
                .toList();
    }

    private static List<DefinitionChange> changes(
            String before, String now, @Nullable String position, Map<String, StepSoFar> steps) {
        return DefinitionChanges.between(
                RecordedDefinition.read(definition(before).xml()), definition(now), position, steps);
    }

    @Test
    void namesEachChangeWithItsLines() {
        assertThat(harmful(LOAD, "\n\n" + LOAD.replace("\"r\"", "\"other\""), null, Map.of("load", HALF_DONE)))
                .containsExactly(
                        "step load (line 2 before, line 4 now): its reader was 'r' and is 'other' (line 4 before,"
                                + " line 6 now); the former has read what the other one would not know of");
    }

    /** What stands elsewhere now, or in other words, is the same. */
    @Test
    void comparesWhatItMeans() {
        String parent = """
                  <step id="parent" abstract="true"><chunk><reader ref="r"/></chunk></step>
                  <step id="load" parent="parent"><chunk><writer ref="w"/></chunk></step>
                """;
        String twoWays =
                "<step id=\"load\" next=\"last\"><chunk item-count=\"5\"><reader ref=\"r\"/><writer ref=\"w\"/></chunk>"
                        + "</step>\n<step id=\"last\"><batchlet ref=\"b\"/></step>";
        assertThat(definition(twoWays.replace("id=\"load\" next=\"last\"", "next='last'  id='load'"))
                        .digest())
                .isEqualTo(definition(twoWays).digest())
                .isNotEqualTo(definition(twoWays.replace("\"5\"", "\"6\"")).digest())
                .hasSize(64);
        assertThat(changes(LOAD, parent, null, Map.of("load", HALF_DONE))).isEmpty();
        assertThat(changes(LOAD, "<!-- new -->\n" + LOAD, null, Map.of("load", HALF_DONE)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"longs,texts,true", "longs,longs,false", "texts,unknown,true"})
    void refusesAnotherClassOfCheckpoint(String before, String now, boolean refused) {
        String step = LOAD.replace("<reader ref=\"r\"/>", "<reader ref=\"REF\"/>");

        assertThat(harmful(step.replace("REF", before), step.replace("REF", now), null, Map.of("load", HALF_DONE))
                        .isEmpty())
                .isEqualTo(!refused);
    }

    /** The name stays, and what it names has another checkpoint. */
    @Test
    void seesAnotherCheckpointBehindTheSameName() {
        RecordedDefinition now = definition(LOAD.replace("\"r\"", "\"longs\""));
        RecordedDefinition before = RecordedDefinition.read(now.xml().replace("java.lang.Long", "java.lang.Integer"));

        assertThat(DefinitionChanges.between(before, now, null, Map.of("load", HALF_DONE)))
                .singleElement()
                .satisfies(change -> assertThat(change.text())
                        .contains("the checkpoint of its reader was a java.lang.Integer and is a java.lang.Long now"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<mapper ref='m'/>|<mapper ref='n'/>|its mapper was 'm' and is 'n'",
                "<plan partitions='2'/>|<plan partitions='3'/>|had 2 partitions and has 3",
                "<plan partitions='2'/>|<mapper ref='m'/>|its mapper was none and is 'm'",
                "<plan partitions='2'><properties partition='0'><property name='p' value='1'/></properties></plan>"
                        + "|<plan partitions='2'><properties partition='0'><property name='p' value='2'/></properties></plan>"
                        + "|other properties",
                "<plan partitions='2' threads='1'/>|<plan partitions='2' threads='2'/>|",
                "<plan partitions='2'/><collector ref='c'/><analyzer ref='a'/>|<plan partitions='2'/>|"
            })
    void refusesOtherPartitionsThanThoseThatHaveBegun(String before, String now, @Nullable String words) {
        String step = LOAD.replace("</chunk>", "</chunk><partition>PARTITION</partition>");
        List<String> harmful = harmful(
                step.replace("PARTITION", before),
                step.replace("PARTITION", now),
                null,
                Map.of("load", SOME_PARTITIONS));

        if (words == null) {
            assertThat(harmful).isEmpty();
        } else {
            assertThat(harmful).singleElement().asString().contains(words);
        }
    }

    @Test
    void lookAtAWritersCheckpointToo() {
        String other = LOAD.replace("\"w\"", "\"v\"");
        StepSoFar withCheckpoint = new StepSoFar(false, "FAILED", 1, 3, 0, true, true, false);

        assertThat(harmful(LOAD, other, null, Map.of("load", HALF_DONE))).isEmpty();
        assertThat(harmful(LOAD, other, null, Map.of("load", withCheckpoint)))
                .singleElement()
                .asString()
                .contains("its writer was 'w' and is 'v'");
    }

    /** Of partitions too. */
    @Test
    void lookAtTheCheckpointsOfPartitions() {
        String step = LOAD.replace("</chunk>", "</chunk><partition><plan partitions='2'/></partition>")
                .replace("\"r\"", "\"longs\"");
        RecordedDefinition now = definition(step);
        RecordedDefinition before = RecordedDefinition.read(now.xml().replace("java.lang.Long", "java.lang.Integer"));

        assertThat(DefinitionChanges.between(before, now, null, Map.of("load", SOME_PARTITIONS)))
                .singleElement()
                .satisfies(change -> assertThat(change.harmful()).isTrue());
    }

    private static final String A_B_C = """
              <step id="a"><batchlet ref="t"/><stop on="DONE" restart="c"/><next on="*" to="b"/></step>
              <step id="b" next="c"><batchlet ref="t"/></step>
              <step id="c" next="d"><batchlet ref="t"/></step>
              <step id="d"><batchlet ref="t"/></step>
            """;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "restart=\"c\"|restart=\"b\"|leads to b now",
                "id=\"c\" next=\"d\"|id=\"c2\" next=\"d\"|the restart is to begin there",
                "id=\"c\" next=\"d\"|id=\"c\"|",
                "id=\"b\" next=\"c\"|id=\"b\" next=\"d\"|"
            })
    void guardsThePositionOfARestart(String part, String other, @Nullable String words) {
        List<String> harmful = harmful(A_B_C, A_B_C.replace(part, other), "c", Map.of("a", DONE));

        if (words == null) {
            assertThat(harmful).isEmpty();
        } else {
            assertThat(harmful).first().asString().contains(words);
        }
    }

    /** It came after the position, and comes before it now. */
    @Test
    void seesAStepThatWouldBePassedOver() {
        String moved = A_B_C.replace("id=\"b\" next=\"c\"", "id=\"b\" next=\"d\"")
                .replace("id=\"c\" next=\"d\"", "id=\"c\"")
                .replace("<step id=\"d\">", "<step id=\"d\" next=\"c\">");

        assertThat(harmful(A_B_C, moved, "c", Map.of("a", DONE)))
                .singleElement()
                .asString()
                .contains("step d", "pass over it");
    }

    @Test
    void takesAChangeOfWhatNeverRanForHarmless() {
        String now = LOAD.replace("\"r\"", "\"other\"");

        assertThat(changes(LOAD, now, null, Map.of()))
                .containsExactly(
                        new DefinitionChange(false, "step load (line 2 before, line 2 now): <reader> changed"));
    }
}
