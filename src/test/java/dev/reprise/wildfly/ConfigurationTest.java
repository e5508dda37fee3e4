package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;

import dev.reprise.internal.doorbell.Doorbells;
import dev.reprise.internal.engine.Capacity;
import dev.reprise.schedule.JobSchedule;
import dev.reprise.schedule.JobSchedule.Overlap;
import dev.reprise.schedule.Tick;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {

    private static Configuration withLogLimit(String limit) {
        return Configuration.of(new Properties(), key -> switch (key) {
            case "reprise.log-limit" -> limit;
            case "jboss.node.name" -> "here";
            default -> null;
        });
    }

    @ParameterizedTest
    @CsvSource({"10m, 10485760", "64k, 65536", "1g, 1073741824", "100000, 100000", "0, 0", "0k, 0"})
    void readsTheLimitOfALog(String limit, long bytes) {
        assertThat(withLogLimit(limit).logLimit()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"63k", "2g", "-1", "10 MiB", "", "9999999999", "m", "1"})
    void refusesOneThatMakesNoSense(String limit) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> withLogLimit(limit))
                .withMessage("reprise.log-limit is '" + limit
                        + "'; write a size from 64k to 1g, as 512k or 10m, or 0 for no logs of executions");
    }

    private static Configuration with(String key, String value) {
        return Configuration.of(
                new Properties(),
                asked -> asked.equals("reprise." + key) ? value : asked.equals("jboss.node.name") ? "here" : null);
    }

    /** contract.md §2.8 */
    @Test
    void takesTheIdentityOfAllJobsOnlyWhereItIsTold() {
        assertThat(with("data-source", "jobs").identityNone()).isFalse();
        assertThat(with("identity", "parameters").identityNone()).isFalse();
        assertThat(with("identity", "none").identityNone()).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with("identity", "off"))
                .withMessage("reprise.identity is 'off'; it can be 'parameters' or 'none'");
    }

    /** contract.md §8.8 */
    @Test
    void seesOtherApplicationsUnlessItIsToKeepToItself() {
        assertThat(with("data-source", "jobs").others()).isTrue();
        assertThat(with("applications", "all").others()).isTrue();
        assertThat(with("applications", "own").others()).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with("applications", "shop"))
                .withMessage("reprise.applications is 'shop'; it can be 'own' or 'all'");
    }

    @Test
    void ringsAsTheDatabaseCanUnlessItIsToldHow() {
        assertThat(with("data-source", "jobs").doorbell())
                .isEqualTo(new Doorbells.Settings(
                        Doorbells.Way.AUTO, "java:/jms/factory/reprise", "java:/jms/topic/reprise"));
        for (Doorbells.Way way : Doorbells.Way.values()) {
            assertThat(with("doorbell", way.name().toLowerCase(Locale.ROOT))
                            .doorbell()
                            .way())
                    .isEqualTo(way);
        }
        assertThat(with("doorbell.factory", "java:/ConnectionFactory")
                        .doorbell()
                        .factory())
                .isEqualTo("java:/ConnectionFactory");
        assertThat(with("doorbell.topic", "java:jboss/bell").doorbell().topic()).isEqualTo("java:jboss/bell");
        assertThat(Configuration.strangers(
                        Set.of("reprise.doorbell", "reprise.doorbell.factory", "reprise.doorbel.topic")))
                .containsExactly("reprise.doorbel.topic");
    }

    /** contract.md §9 */
    @Test
    void runsAsManyPartitionsAsThereAreProcessorsUnlessItIsToldOtherwise() {
        assertThat(with("data-source", "jobs").capacity())
                .isEqualTo(new Capacity(Runtime.getRuntime().availableProcessors(), Set.of()));
        assertThat(with("partition-slots", "0").capacity().partitions()).isZero();
        assertThat(with("partition-slots", "1000").capacity().partitions()).isEqualTo(1000);
        assertThat(with("groups", " large, near-the.files ").capacity().groups())
                .containsExactlyInAnyOrder("large", "near-the.files");
    }

    @Test
    void purgesNothingUnlessATimeIsGiven() {
        assertThat(with("purge-older-than", "30d").purge()).isNull();
        assertThat(with("purge-at", "03:00").purge()).isEqualTo(new DailyPurge(LocalTime.of(3, 0), "90d", 100));
    }

    @ParameterizedTest
    @CsvSource({
        "purge-at, 3 o'clock, write a time of day as 03:00",
        "purge-older-than, a while, write a time as 12h or 90d",
        "purge-older-than, 500ms, write a time as 12h or 90d",
        "purge-keep, 0, write a number from 1 to 1000000",
        "executions-listed, 10001, write a number from 1 to 10000",
        "executions-listed, many, write a number from 1 to 10000",
        "archive, here/there, write the whole path of a folder",
        "data-source, ' ', write the name of a data source",
        "serial-filter, org.example;maxdepth=x, write classes as org.example.Position",
        "schema, my-batch, write a name of letters",
        "schema, 2nd, write a name of letters",
        "schema, a\"b, write a name of letters",
        "doorbell, JMS, 'it can be ''auto'', ''none'', ''notify'' or ''jms'''",
        "doorbell, '', 'it can be ''auto'', ''none'', ''notify'' or ''jms'''",
        "doorbell.factory, ldap://elsewhere/factory, write a JNDI name of this server",
        "doorbell.factory, java:ldap://elsewhere, write a JNDI name of this server",
        "doorbell.topic, '', write a JNDI name of this server",
        "doorbell.topic, jms/topic/reprise, write a JNDI name of this server",
        "partition-slots, 1001, write a number from 0 to 1000",
        "partition-slots, -1, write a number from 0 to 1000",
        "groups, 'large,,small', write names of up to 50 letters",
        "groups, the large ones, write names of up to 50 letters",
        "share, 'shop-blue,,shop-green', write the names of applications",
        "share, ',', write the names of applications"
    })
    void refusesWhatMakesNoSense(String key, String value, String instead) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with(key, value))
                .withMessageStartingWith("reprise." + key + " is '" + value + "'; ")
                .withMessageContaining(instead);
    }

    @Test
    void sharesWithWhomItIsToldTo() {
        assertThat(with("share", "").share()).isEmpty();
        assertThat(with("share", " shop-blue , shop-green").share()).containsExactly("shop-blue", "shop-green");
        assertThat(with("schema", "").schema()).isNull();
        assertThat(with("schema", "Batch_2").schema()).isEqualTo("Batch_2");
    }

    @Test
    void listsAsManyExecutionsAsItIsTold() {
        assertThat(with("executions-listed", "1000").executionsListed()).isEqualTo(1000);
        assertThat(with("archive", "/there").archive()).isEqualTo(Path.of("/there"));
    }

    @Test
    void aDailyPurgeIsAScheduleLikeAnyOther() {
        JobSchedule daily = new DailyPurge(LocalTime.of(3, 5), "30d", 7)
                .schedule("a \"b\" \\c", Thread.currentThread().getContextClassLoader());
        Tick tick = daily.ticks().of(LocalDateTime.of(2026, 11, 30, 3, 5));

        assertThat(daily.job()).isEqualTo("reprise-purge-daily");
        assertThat(daily.cron()).isEqualTo("5 3 * * *");
        assertThat(daily.zone()).isEqualTo(ZoneId.systemDefault());
        assertThat(daily.overlap()).isEqualTo(Overlap.SKIP);
        assertThat(tick.parameters())
                .containsExactly(
                        entry("application", "a \"b\" \\c"),
                        entry("day", "2026-11-30"),
                        entry("keep", "7"),
                        entry("olderThan", "30d"));
    }

    @Test
    void refusesANodeThatNoLogLineCouldName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with("node", "a\nb"))
                .withMessageStartingWith("reprise.node must have 1 to 250 characters, and no control characters");
    }

    @Test
    void namesSystemPropertiesThatLookLikeSettings() {
        assertThat(Configuration.strangers(Set.of(
                        "reprise.lease",
                        "reprise.heartbeet",
                        "reprise.launch",
                        "reprise.launch.month",
                        "reprise.data",
                        "reprise.threads",
                        "reprise.samples",
                        "reprise.input",
                        "reprise.reports",
                        "reprise.h2.password",
                        "reprise.connections",
                        "reprise.proxy",
                        "reprise.socket-timeout",
                        "reprise.Node",
                        "java.home")))
                .containsExactly("reprise.Node", "reprise.heartbeet");
    }

    /** Somebody else's realm stays as it is, whatever the server has been told. */
    @Test
    void makesUsersOnlyWhereTheFileSaysSo() {
        Properties file = new Properties();
        assertThat(Configuration.of(file, key -> "reprise.first-users".equals(key) ? "true" : null)
                        .firstUsers())
                .isFalse();
        assertThat(Configuration.strangers(Set.of("reprise.first-users"))).containsExactly("reprise.first-users");
        file.setProperty("first-users", "true");
        assertThat(Configuration.of(file, key -> null).firstUsers()).isTrue();
        file.setProperty("first-users", "yes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Configuration.of(file, key -> null))
                .withMessage("first-users in META-INF/reprise.properties is 'yes'; it can be 'true' or 'false'");
    }

    @Test
    void namesTheFileThatCannotBeRead() {
        ClassLoader loader = new ClassLoader(null) {
            @Override
            public InputStream getResourceAsStream(String name) {
                return new ByteArrayInputStream("node=\\u00zz".getBytes(StandardCharsets.UTF_8));
            }
        };
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Configuration.read(loader))
                .withMessageStartingWith("META-INF/reprise.properties cannot be read: Malformed");
    }
}
