package dev.reprise.internal.checkpoint;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.ObjectStreamConstants;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What bytes of Java serialization say of themselves (Java Object Serialization Specification §6.4), found out without
 * making any object of them, in a time that grows with their number alone. Not thread-safe.
 */
public final class SerialStream implements ObjectStreamConstants {

    /** Reading these asks each element for its hash code, and that one its own elements. */
    private static final Set<String> SETS = Set.of("java.util.HashSet", "java.util.CollSer");

    /** The same of each key; a value comes behind each. */
    private static final Set<String> MAPS =
            Set.of("java.util.HashMap", "java.util.Hashtable", "java.util.concurrent.ConcurrentHashMap");

    /** Each level takes a few frames of the stack. */
    private static final int DEEPEST = 1_000;

    /** The class that an object or an array is of. */
    private record Description(
            String name,
            int flags,
            List<Character> fields,
            @Nullable Description parent) {

        boolean isOneOf(Set<String> classes) {
            return classes.contains(name) || (parent != null && parent.isOneOf(classes));
        }
    }

    /** Something that may be referred to again; it weighs as many objects as one comes to who goes through it. */
    private static final class Node {

        private long weight = 1;
        private final @Nullable Description description;

        Node(@Nullable Description description) {
            this.description = description;
        }

        void add(long more) {
            weight = saturated(weight, more);
        }
    }

    private final DataInputStream in;
    private final List<Node> handles = new ArrayList<>();
    private long work;
    private int depth;

    private SerialStream(byte[] bytes) {
        this.in = new DataInputStream(new ByteArrayInputStream(bytes));
    }

    /**
     * How many hash codes are asked for when the bytes are read. Sets that hold the same sets twice, level over level, ask
     * for more than anybody can wait for.
     *
     * @throws IOException if the bytes are no Java serialization
     */
    public static long hashCodes(byte[] bytes) throws IOException {
        SerialStream stream = new SerialStream(bytes);
        stream.begin();
        stream.object(stream.in.readByte());
        return stream.work;
    }

    /**
     * The name of the class of the outermost object, or null if it is no plain object.
     *
     * @throws IOException if the bytes are no Java serialization
     */
    public static @Nullable String className(byte[] bytes) throws IOException {
        SerialStream stream = new SerialStream(bytes);
        stream.begin();
        return switch (stream.in.readByte()) {
            case TC_STRING, TC_LONGSTRING -> "java.lang.String";
            case TC_OBJECT, TC_ENUM -> stream.in.readByte() == TC_CLASSDESC ? stream.in.readUTF() : null;
            default -> null;
        };
    }

    private void begin() throws IOException {
        if (in.readShort() != STREAM_MAGIC || in.readShort() != STREAM_VERSION) {
            throw new StreamCorruptedException("it does not begin as Java serialization does");
        }
    }

    private static long saturated(long one, long other) {
        long sum = one + other;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    private Node handle(Node node) {
        handles.add(node);
        return node;
    }

    /** One object. */
    private Node object(byte code) throws IOException {
        if (++depth > DEEPEST) {
            throw new StreamCorruptedException("its objects lie in each other deeper than " + DEEPEST);
        }
        try {
            return switch (code) {
                case TC_NULL -> new Node(null);
                case TC_REFERENCE -> referred();
                case TC_STRING -> text(in.readUnsignedShort());
                case TC_LONGSTRING -> text(in.readLong());
                case TC_CLASSDESC, TC_PROXYCLASSDESC -> describing(code);
                case TC_CLASS -> {
                    description(in.readByte());
                    yield handle(new Node(null));
                }
                case TC_ENUM -> {
                    Node constant = handle(new Node(description(in.readByte())));
                    object(in.readByte());
                    yield constant;
                }
                case TC_ARRAY -> array();
                case TC_OBJECT -> instance();
                default -> throw unknown(code);
            };
        } finally {
            depth--;
        }
    }

    private static StreamCorruptedException unknown(byte code) {
        return new StreamCorruptedException("it holds what Java serialization has not: " + code);
    }

    private Node referred() throws IOException {
        int handle = in.readInt() - baseWireHandle;
        if (handle < 0 || handle >= handles.size()) {
            throw new StreamCorruptedException("it refers to what is not there");
        }
        return handles.get(handle);
    }

    private Node text(long bytes) throws IOException {
        Node node = handle(new Node(null));
        in.skipNBytes(bytes);
        return node;
    }

    private Node array() throws IOException {
        Description of = description(in.readByte());
        Node array = handle(new Node(of));
        int length = in.readInt();
        char element = of == null || of.name().length() < 2 ? 'L' : of.name().charAt(1);
        if (size(element) > 0) {
            in.skipNBytes(Math.max(0L, length) * size(element));
            return array;
        }
        for (int i = 0; i < length; i++) {
            value(element, array);
        }
        return array;
    }

    private Node instance() throws IOException {
        Description of = description(in.readByte());
        Node instance = handle(new Node(of));
        List<Description> classes = new ArrayList<>();
        for (Description one = of; one != null; one = one.parent()) {
            classes.add(0, one);
        }
        for (Description one : classes) {
            data(one, instance);
        }
        return instance;
    }

    private void data(Description of, Node instance) throws IOException {
        if ((of.flags() & SC_SERIALIZABLE) != 0) {
            for (char field : of.fields()) {
                value(field, instance);
            }
            if ((of.flags() & SC_WRITE_METHOD) != 0) {
                annotations(instance);
            }
        } else if ((of.flags() & SC_EXTERNALIZABLE) != 0) {
            if ((of.flags() & SC_BLOCK_DATA) == 0) {
                throw new StreamCorruptedException("it holds data without an end");
            }
            annotations(instance);
        }
    }

    /** Of a primitive value, in bytes; 0 of an object. */
    private static int size(char type) {
        return switch (type) {
            case 'B', 'Z' -> Byte.BYTES;
            case 'C', 'S' -> Short.BYTES;
            case 'I', 'F' -> Integer.BYTES;
            case 'J', 'D' -> Long.BYTES;
            default -> 0;
        };
    }

    private void value(char type, Node within) throws IOException {
        int size = size(type);
        if (size > 0) {
            in.skipNBytes(size);
        } else {
            within.add(object(in.readByte()).weight);
        }
    }

    /** What a class or an object has written by itself, up to its end. */
    private void annotations(@Nullable Node within) throws IOException {
        Description of = within == null ? null : within.description;
        boolean all = of != null && of.isOneOf(SETS);
        boolean keys = of != null && of.isOneOf(MAPS);
        boolean key = false;
        for (byte code = in.readByte(); code != TC_ENDBLOCKDATA; code = in.readByte()) {
            switch (code) {
                case TC_BLOCKDATA -> in.skipNBytes(in.readUnsignedByte());
                case TC_BLOCKDATALONG -> in.skipNBytes(in.readInt());
                default -> {
                    Node child = object(code);
                    key = !key;
                    if (within != null) {
                        within.add(child.weight);
                    }
                    if (all || (keys && key)) {
                        work = saturated(work, child.weight);
                    }
                }
            }
        }
    }

    private @Nullable Description description(byte code) throws IOException {
        return switch (code) {
            case TC_NULL -> null;
            case TC_REFERENCE -> referred().description;
            default -> describing(code).description;
        };
    }

    private Node describing(byte code) throws IOException {
        if (++depth > DEEPEST) {
            throw new StreamCorruptedException("its classes are derived from each other deeper than " + DEEPEST);
        }
        Node node;
        if (code == TC_CLASSDESC) {
            String name = in.readUTF();
            in.skipNBytes(Long.BYTES);
            int place = handles.size();
            handle(new Node(null));
            int flags = in.readUnsignedByte();
            List<Character> fields = new ArrayList<>();
            for (int left = in.readUnsignedShort(); left > 0; left--) {
                char type = (char) in.readByte();
                in.skipNBytes(in.readUnsignedShort());
                if (type == 'L' || type == '[') {
                    object(in.readByte());
                }
                fields.add(type);
            }
            annotations(null);
            node = new Node(new Description(name, flags, fields, description(in.readByte())));
            handles.set(place, node);
        } else if (code == TC_PROXYCLASSDESC) {
            int place = handles.size();
            handle(new Node(null));
            for (int left = in.readInt(); left > 0; left--) {
                in.skipNBytes(in.readUnsignedShort());
            }
            annotations(null);
            node = new Node(new Description("", SC_SERIALIZABLE, List.of(), description(in.readByte())));
            handles.set(place, node);
        } else {
            throw unknown(code);
        }
        depth--;
        return node;
    }
}
