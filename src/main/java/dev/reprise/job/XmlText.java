package dev.reprise.job;

import org.jspecify.annotations.Nullable;

/** The text of an XML document, one tag a line, that is written from its first element to its last. */
final class XmlText {

    private final StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

    /** One element: its attributes, and then what is in it. */
    void element(String tag, Runnable attributes, Runnable inside) {
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

    /** Of the element that is being written; null leaves it out. */
    void attribute(String name, @Nullable String value) {
        if (value != null) {
            xml.append(' ').append(name).append("=\"");
            text(value);
            xml.append('"');
        }
    }

    /** Text, in which what means something in XML is escaped, and what XML cannot hold is replaced. */
    void text(String text) {
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

    @Override
    public String toString() {
        return xml.toString() + '\n';
    }
}
