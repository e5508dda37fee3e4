package dev.reprise.job;

import dev.reprise.job.JobXml.Element;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What is not the same in two elements of a definition, whatever lines they are on. */
final class Differences {

    private Differences() {}

    /** The attributes and children by name that are not the same; of a chunk or partition what in it is not. */
    static Set<String> between(Element was, Element is) {
        Set<String> parts = new LinkedHashSet<>();
        Map<String, String> attributesWas = attributes(was);
        Map<String, String> attributesIs = attributes(is);
        Set<String> names = new TreeSet<>(attributesWas.keySet());
        names.addAll(attributesIs.keySet());
        names.stream()
                .filter(name -> !Objects.equals(attributesWas.get(name), attributesIs.get(name)))
                .forEach(parts::add);
        Set<String> tags = new LinkedHashSet<>();
        was.children().forEach(child -> tags.add(child.tag()));
        is.children().forEach(child -> tags.add(child.tag()));
        for (String tag : tags) {
            List<Element> childrenWas =
                    was.children(tag).filter(Differences::isPart).toList();
            List<Element> childrenIs =
                    is.children(tag).filter(Differences::isPart).toList();
            if (!text(childrenWas).equals(text(childrenIs))) {
                boolean inside =
                        Set.of("chunk", "partition").contains(tag) && childrenWas.size() == 1 && childrenIs.size() == 1;
                if (inside) {
                    parts.addAll(between(childrenWas.get(0), childrenIs.get(0)));
                } else {
                    parts.add("<" + tag + ">");
                }
            }
        }
        return parts;
    }

    /** What has an id is compared for itself. */
    private static boolean isPart(Element element) {
        return element.attribute("id").isEmpty();
    }

    private static Map<String, String> attributes(Element element) {
        Map<String, String> attributes = new HashMap<>();
        element.attributes().stream()
                .filter(attribute -> attribute.name().getNamespaceURI().isEmpty())
                .forEach(attribute -> attributes.put(attribute.name().getLocalPart(), attribute.value()));
        return attributes;
    }

    /** Elements and what is in them, without lines. */
    static String text(List<Element> elements) {
        return elements.stream()
                .map(element -> "<" + element.tag() + new TreeMap<>(attributes(element)) + element.text()
                        + text(element.children()) + ">")
                .collect(Collectors.joining());
    }
}
