package dev.reprise.access;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who tries passwords, and how long each has to wait after wrong ones: an address for a user, and an address for all users.
 * A user is never refused because of what came from another address. Of what has been tried it knows names and addresses,
 * never passwords, and only this node's. Thread-safe; of bounded size.
 *
 * <p>An address may be wrong {@value #FREE_OF_USER} times with a user, and {@value #FREE_OF_ADDRESS} times altogether. Then
 * it waits for a second, and twice as long after each further one, up to a minute; one password at a time is looked at then.
 * Where a user is tried from many addresses, each of them may be wrong once. It is forgotten after a quarter of an hour in
 * which nothing was wrong, and with a right password.
 */
public final class LoginAttempts {

    static final int FREE_OF_USER = 5;
    static final int FREE_OF_ADDRESS = 30;

    /** How often a user may be wrong everywhere together before addresses are allowed less. */
    static final int FREE_EVERYWHERE = 50;

    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int MOST_DOUBLINGS = 10;
    private static final Duration MEMORY = Duration.ofMinutes(15);
    static final int MOST = 10_000;
    private static final int LONGEST_NAME = 100;
    private static final int BITS_OF_A_NETWORK = 64;

    /**
     * What is told of somebody who has been wrong too often.
     *
     * @param user null for any user
     * @param address of a machine, or in IPv6 of a network: {@code 2001:db8:0:1::/64}; empty where a user is tried from
     *     many
     * @param failures how many wrong passwords there were
     * @param left how long nothing is tried; zero if something may be now
     */
    public record Refused(@Nullable String user, String address, int failures, Duration left) {}

    /** In whole seconds, of which the last has begun. */
    public static long seconds(Duration left) {
        return left.plusMillis(999).toSeconds();
    }

    /** An empty part stands for any. */
    private record Key(String user, String address) {}

    private final class Tries {

        int failures;
        int underWay;
        long last = nanos.getAsLong();

        boolean isOver() {
            return underWay == 0 && nanos.getAsLong() - last > MEMORY.toNanos();
        }

        /** How long nothing is tried, if so many were free. */
        Duration left(int free) {
            if (failures < free) {
                return Duration.ZERO;
            }
            Duration delay = Duration.ofSeconds(1L << Math.min(failures - free, MOST_DOUBLINGS));
            long over = last + Math.min(delay.toNanos(), LONGEST.toNanos());
            return Duration.ofNanos(Math.max(0, over - nanos.getAsLong()));
        }

        void failed() {
            failures++;
            last = nanos.getAsLong();
        }
    }

    private final LongSupplier nanos;
    private final Map<Key, Tries> tries = lru();
    private final Map<Key, Boolean> known = lru();
    private volatile Consumer<Refused> told = refused -> {};

    /** @param nanos a clock, as {@link System#nanoTime()} */
    public LoginAttempts(LongSupplier nanos) {
        this.nanos = nanos;
    }

    private static <V> Map<Key, V> lru() {
        return new LinkedHashMap<>(16, 0.75f, true) {

            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, V> eldest) {
                return size() > MOST;
            }
        };
    }

    /** Who is to be told of somebody who has to wait from now on, and again whenever the wrong passwords have doubled. */
    public void tell(Consumer<Refused> whom) {
        told = whom;
    }

    /** That a password of a user is about to be looked at; its outcome is told, whatever it is. */
    public final class Attempt {

        private final Key pair;
        private final Key anyUser;
        private boolean open = true;

        private Attempt(Key pair, Key anyUser) {
            this.pair = pair;
            this.anyUser = anyUser;
        }

        /** It was the right one. */
        public void succeeded() {
            synchronized (LoginAttempts.this) {
                if (close()) {
                    tries.remove(pair);
                    known.put(pair, Boolean.TRUE);
                }
            }
        }

        /** It was a wrong one. */
        public void failed() {
            List<Refused> news = new ArrayList<>();
            synchronized (LoginAttempts.this) {
                if (close()) {
                    Tries everywhere = everywhere(pair.user());
                    everywhere.failed();
                    if (isDoubled(everywhere.failures, FREE_EVERYWHERE)) {
                        news.add(new Refused(pair.user(), "", everywhere.failures, Duration.ZERO));
                    }
                    failed(anyUser, news);
                    failed(pair, news);
                }
            }
            news.forEach(told);
        }

        private void failed(Key key, List<Refused> news) {
            Tries of = begun(key);
            int free = free(key);
            of.failed();
            if (isDoubled(of.failures, free)) {
                news.add(refused(key, of));
            }
        }

        /** Nobody looked at it. */
        public void abandoned() {
            synchronized (LoginAttempts.this) {
                close();
            }
        }

        private boolean close() {
            if (!open) {
                return false;
            }
            open = false;
            for (Key key : List.of(pair, anyUser)) {
                Tries of = tries.get(key);
                if (of != null) {
                    of.underWay = Math.max(0, of.underWay - 1);
                    if (of.underWay == 0 && of.failures == 0) {
                        tries.remove(key);
                    }
                }
            }
            return true;
        }
    }

    private static boolean isDoubled(int failures, int free) {
        return failures % free == 0 && Integer.bitCount(failures / free) == 1;
    }

    /** Either an attempt, or how long there is none. */
    public record Answer(@Nullable Attempt attempt, Duration left) {}

    /**
     * Whether a password may be looked at.
     *
     * @param user as it was given; empty if none was
     * @param address from where
     */
    public synchronized Answer ask(String user, String address) {
        String network = network(address);
        Key pair = new Key(named(user), network);
        Key anyUser = new Key("", network);
        List<Key> asked = known.containsKey(pair) ? List.of(pair) : List.of(pair, anyUser);
        for (Key key : asked) {
            Tries of = of(key);
            if (of != null && of.failures >= free(key)) {
                Duration left = of.left(free(key));
                if (!left.isZero() || of.underWay > 0) {
                    return new Answer(null, left.isZero() ? Duration.ofSeconds(1) : left);
                }
            }
        }
        for (Key key : List.of(pair, anyUser)) {
            begun(key).underWay++;
        }
        return new Answer(new Attempt(pair, anyUser), Duration.ZERO);
    }

    /** Whether somebody has logged in before as that user and from there, as far as it is remembered. */
    public synchronized boolean isKnown(String user, String address) {
        return known.containsKey(new Key(named(user), network(address)));
    }

    private int free(Key key) {
        if (key.user().isEmpty()) {
            return FREE_OF_ADDRESS;
        }
        Tries all = of(new Key(key.user(), ""));
        boolean spread = all != null && all.failures >= FREE_EVERYWHERE && !known.containsKey(key);
        return spread ? 1 : FREE_OF_USER;
    }

    private Tries everywhere(String user) {
        return begun(new Key(user, ""));
    }

    private @Nullable Tries of(Key key) {
        Tries known = tries.get(key);
        if (known != null && known.isOver()) {
            tries.remove(key);
            return null;
        }
        return known;
    }

    private Tries begun(Key key) {
        Tries known = of(key);
        if (known != null) {
            return known;
        }
        Tries begun = new Tries();
        tries.put(key, begun);
        return begun;
    }

    /** Of how many users and addresses there is something to remember. */
    synchronized int remembered() {
        return tries.size();
    }

    private Refused refused(Key key, Tries of) {
        return new Refused(key.user().isEmpty() ? null : key.user(), key.address(), of.failures, of.left(free(key)));
    }

    /** Who has been wrong too often by now, the most often first; a thousand at most. */
    public synchronized List<Refused> refused() {
        return all().sorted(Comparator.comparingInt(Refused::failures).reversed())
                .limit(1000)
                .toList();
    }

    private Stream<Refused> all() {
        tries.values().removeIf(Tries::isOver);
        return List.copyOf(tries.entrySet()).stream()
                .filter(of -> !of.getKey().address().isEmpty())
                .filter(of -> of.getValue().failures >= free(of.getKey()))
                .map(of -> refused(of.getKey(), of.getValue()));
    }

    /**
     * Forgets wrong passwords.
     *
     * @param user of whom; null for all
     * @param address from where, or from a network as {@link Refused#address()} has it; null for everywhere
     * @return how many were refused because of them
     */
    public synchronized int lift(@Nullable String user, @Nullable String address) {
        String name = user == null ? null : named(user);
        String network = address == null ? null : network(address);
        long before = all().count();
        tries.keySet()
                .removeIf(key -> (name == null || key.user().equals(name))
                        && (network == null
                                || key.address().equals(network)
                                || (name != null && key.address().isEmpty())));
        return (int) (before - all().count());
    }

    /** Providers of users take no notice of case, and no name is that long. */
    private static String named(String user) {
        String cut = user.length() > LONGEST_NAME ? user.substring(0, LONGEST_NAME) + "…" : user;
        String name =
                cut.strip().toLowerCase(Locale.ROOT).replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]", "\uFFFD");
        return name.isEmpty() ? "-" : name;
    }

    /** An address as it counts: whoever has one of IPv6 has all of its network. */
    public static String network(String address) {
        if (!address.matches("[0-9A-Fa-f:.]+(%\\S+)?") || !address.contains(":")) {
            return address;
        }
        try {
            InetAddress parsed = InetAddress.getByName(address.replaceFirst("%.*", ""));
            if (!(parsed instanceof Inet6Address)) {
                return parsed.getHostAddress();
            }
            byte[] bytes = Arrays.copyOf(parsed.getAddress(), BITS_OF_A_NETWORK / Byte.SIZE);
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < bytes.length; i += 2) {
                text.append(Integer.toHexString(((bytes[i] & 0xff) << Byte.SIZE) | (bytes[i + 1] & 0xff)))
                        .append(':');
            }
            return text + ":/" + BITS_OF_A_NETWORK;
        } catch (UnknownHostException e) {
            return address;
        }
    }
}
