package dev.reprise.item;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.internal.engine.Recorded;
import dev.reprise.jobs.Tables;
import dev.reprise.launch.JobLauncher;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.server.TestWar;
import jakarta.annotation.Resource;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code repriseCsvReader} and {@code repriseBulkWriter} by their names in job XML, with the server's data source. */
@ExtendWith(ArquillianExtension.class)
class BulkWriterIT {

    private static final String JOB = """
            <job id="bulk-import" xmlns="https://jakarta.ee/xml/ns/jakartaee" version="2.0">
              <step id="load">
                <chunk item-count="4">
                  <reader ref="repriseCsvReader">
                    <properties>
                      <property name="file" value="#{jobParameters['file']}"/>
                      <property name="columns" value="id,born,name"/>
                      <property name="charset" value="windows-1252"/>
                      <property name="separator" value=";"/>
                    </properties>
                  </reader>
                  <writer ref="repriseBulkWriter">
                    <properties>
                      <property name="dataSource" value="java:jboss/datasources/reprise"/>
                      <property name="table" value="TEST_PERSON"/>
                      <property name="columns" value="ID, BORN, NAME"/>
                      <property name="rejectLimit" value="3"/>
                    </properties>
                  </writer>
                </chunk>
              </step>
            </job>
            """;

    @Inject
    private JobLauncher launcher;

    @Inject
    private Supplier<Recorded> recorded;

    @Inject
    private Tables tables;

    @Resource(lookup = "java:jboss/datasources/reprise")
    private DataSource dataSource;

    @TempDir
    Path folder;

    @Deployment
    static WebArchive war() {
        return TestWar.withTestJobs()
                .addAsWebInfResource(new StringAsset(JOB), "classes/META-INF/batch-jobs/bulk-import.xml");
    }

    @Test
    void importsAFileAndSkipsTheRowsThatTheDatabaseRefusesUpToTheLimit() throws Exception {
        tables.execute("create table TEST_PERSON (ID integer primary key, BORN date, NAME varchar(20))");
        String rows = """
                id;born;name
                1;2001-01-31;Ren\u00e9
                2;2001-02-30;no such day
                3;2001-03-01;"two
                lines"
                1;2001-01-01;the second 1
                5;2001-05-05;five
                6;2001-06-06;a name of more than 20 characters
                7;2001-07-07;seven
                """;
        Path file = Files.write(folder.resolve("people.csv"), rows.getBytes("windows-1252"));

        JobExecution imported = launcher.run(LaunchRequest.of("bulk-import").with("file", file.toString()));

        assertThat(imported.getBatchStatus()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(tables.rows("select ID, BORN, NAME from TEST_PERSON order by ID"))
                .containsExactly(
                        List.of("1", "2001-01-31", "Ren\u00e9"),
                        List.of("3", "2001-03-01", "two\nlines"),
                        List.of("5", "2001-05-05", "five"),
                        List.of("7", "2001-07-07", "seven"));
        assertThat(counts(imported)).containsExactly(List.of("7", "4", "3", "2"));

        Files.writeString(file, "id;born;name\n8;2001-08-08;eight\n1;;\n3;;\n5;;\n7;;\n9;;\n");
        JobExecution failed = launcher.run(
                LaunchRequest.of("bulk-import").with("file", file.toString()).with("again", "1"));

        assertThat(failed.getBatchStatus()).isEqualTo(BatchStatus.FAILED);
        assertThat(recorded.get().failure(failed.getExecutionId()))
                .contains("row 1 of the 2 of a chunk for TEST_PERSON (ID, BORN, NAME) (" + file
                        + ", line 6) was refused");
        assertThat(counts(failed)).containsExactly(List.of("6", "1", "3", "1"));
    }

    private List<List<String>> counts(JobExecution execution) {
        return tables.rows(
                "select READ_COUNT, WRITE_COUNT, WRITE_SKIP_COUNT, COMMIT_COUNT from BATCH_STEP_EXECUTION"
                        + " where JOB_EXECUTION_ID = ?",
                execution.getExecutionId());
    }

    @Test
    void reachesTheCopyOfADriverThatTheDeploymentDoesNotSee() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            boolean postgres = connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");

            assertThat(CopyApi.of(connection) != null).isEqualTo(postgres);
        }
    }
}
