package dev.reprise.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** A server configuration without the subsystems that no batch job needs. */
final class SlimConfiguration {

    private static final List<String> EXTENSIONS = List.of(
            "as.clustering.infinispan",
            "as.ejb3",
            "as.jaxrs",
            "as.jdr",
            "as.jmx",
            "as.jpa",
            "as.jsf",
            "as.mail",
            "as.pojo",
            "as.sar",
            "as.webservices",
            "extension.clustering.ejb",
            "extension.clustering.web",
            "extension.discovery",
            "extension.ee-security",
            "extension.elytron-oidc-client",
            "extension.health",
            "extension.metrics",
            "extension.microprofile.config-smallrye",
            "extension.microprofile.jwt-smallrye");

    private static final List<String> SUBSYSTEMS = List.of(
            "infinispan",
            "ejb3",
            "jaxrs",
            "jdr",
            "jmx",
            "jpa",
            "jsf",
            "mail",
            "pojo",
            "sar",
            "webservices",
            "distributable-ejb",
            "distributable-web",
            "discovery",
            "ee-security",
            "elytron-oidc-client",
            "health",
            "metrics",
            "microprofile-config-smallrye",
            "microprofile-jwt-smallrye");

    private SlimConfiguration() {}

    static void shorten(Path file) {
        try {
            String xml = Files.readString(file);
            for (String extension : EXTENSIONS) {
                xml = without(
                        xml, "<extension module=\"org\\.(?:jboss|wildfly)\\." + Pattern.quote(extension) + "\"/>");
            }
            for (String subsystem : SUBSYSTEMS) {
                String begin = "<subsystem xmlns=\"urn:(?:jboss:domain|wildfly):" + Pattern.quote(subsystem) + ":[^>]*";
                xml = without(xml, begin + "(?<=/)>|" + begin + "(?<!/)>.*?</subsystem>");
            }
            Files.writeString(file, xml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String without(String xml, String pattern) {
        return Pattern.compile("\\s*(?:" + pattern + ")", Pattern.DOTALL)
                .matcher(xml)
                .replaceAll("");
    }
}
