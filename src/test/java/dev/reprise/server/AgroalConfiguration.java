package dev.reprise.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A server configuration whose data source of Reprise is one of WildFly's subsystem datasources-agroal, set as the other is. */
final class AgroalConfiguration {

    private static final Pattern DATA_SOURCE =
            Pattern.compile("\\s*<datasource [^>]*datasources/reprise\"[^>]*>(.*?)</datasource>", Pattern.DOTALL);

    private static final Pattern PROPERTY = Pattern.compile(
            "<connection-property name=\"([^\"]+)\">\\s*(.*?)\\s*</connection-property>", Pattern.DOTALL);

    private AgroalConfiguration() {}

    static void write(Path usual, Path agroal) {
        try {
            String xml = Files.readString(usual);
            Matcher source = DATA_SOURCE.matcher(xml);
            if (!source.find()) {
                throw new IllegalStateException("no data source of Reprise in " + usual);
            }
            String properties = PROPERTY.matcher(source.group(1))
                    .results()
                    .map(AgroalConfiguration::property)
                    .collect(Collectors.joining("\n"));
            String without = xml.substring(0, source.start()) + xml.substring(source.end());
            Files.writeString(
                    agroal,
                    without.replace(
                                    "</extensions>",
                                    "<extension module=\"org.wildfly.extension.datasources-agroal\"/></extensions>")
                            .replace("</profile>", subsystem(properties) + "</profile>"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String subsystem(String properties) {
        return """
                        <subsystem xmlns="urn:jboss:domain:datasources-agroal:2.0">
                            <datasource name="reprise" jndi-name="java:jboss/datasources/reprise" jta="true">
                                <connection-factory driver="postgresql" url="${env.REPRISE_DB_URL}"
                                        username="${env.REPRISE_DB_USER}" password="${env.REPRISE_DB_PASSWORD}">
                                    <connection-properties>
                %s
                                    </connection-properties>
                                </connection-factory>
                                <connection-pool max-size="40" min-size="2" blocking-timeout="30000"/>
                            </datasource>
                            <drivers>
                                <driver name="postgresql" module="org.postgresql"/>
                            </drivers>
                        </subsystem>
                """.formatted(properties);
    }

    private static String property(MatchResult property) {
        return "<property name=\"" + property.group(1) + "\" value=\"" + property.group(2) + "\"/>";
    }
}
