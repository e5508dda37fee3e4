package dev.reprise.item;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

/**
 * The text of a CSV file as bytes in which each ASCII character is itself: the file as it is, and then a place in it can be
 * gone to; or what comes out of unzipping and decoding it, and then what lies before a place is passed over.
 */
final class CsvText implements Closeable {

    private static final int BUFFER = 1 << 16;

    private final SeekableByteChannel channel;
    private final InputStream in;
    private final boolean plain;

    private CsvText(SeekableByteChannel channel, InputStream in, boolean plain) {
        this.channel = channel;
        this.in = in;
        this.plain = plain;
    }

    static CsvText of(SeekableByteChannel channel, CsvFormat format, boolean gzipped) throws IOException {
        InputStream file = Channels.newInputStream(channel);
        InputStream unzipped = gzipped ? new GZIPInputStream(file, BUFFER) : file;
        return format.isScannedAsBytes()
                ? new CsvText(channel, unzipped, !gzipped)
                : new CsvText(channel, new InUtf8(unzipped, format.charset()), false);
    }

    /** Whether a gzip file begins here; the channel stays where it is. */
    static boolean isGzipped(SeekableByteChannel channel) throws IOException {
        ByteBuffer magic = ByteBuffer.allocate(2);
        while (magic.hasRemaining() && channel.read(magic) >= 0) {
            // Both bytes.
        }
        channel.position(0);
        return magic.get(0) == (byte) 0x1f && magic.get(1) == (byte) 0x8b;
    }

    /** At least one byte, at most as many as that; -1 at the end. */
    int read(byte[] into, int from, int length) throws IOException {
        return plain ? channel.read(ByteBuffer.wrap(into, from, length)) : in.read(into, from, length);
    }

    /**
     * From one byte of the text, behind what was read, to another one behind it; or to the end, if that comes first.
     *
     * @return where it is now
     */
    long skip(long from, long to) throws IOException {
        if (plain) {
            long reached = Math.min(to, channel.size());
            channel.position(reached);
            return reached;
        }
        byte[] passed = new byte[BUFFER];
        long left = to - from;
        while (left > 0) {
            int read = in.read(passed, 0, (int) Math.min(passed.length, left));
            if (read < 0) {
                return to - left;
            }
            left -= read;
        }
        return to;
    }

    /** How many bytes of the file are done when the text is read up to this byte; otherwise a little more than that. */
    long done(long offset) throws IOException {
        return plain ? offset : channel.position();
    }

    @Override
    public void close() throws IOException {
        in.close();
        channel.close();
    }

    /** Decodes, and encodes in UTF-8; what cannot be decoded fails the read behind the last character before it. */
    private static final class InUtf8 extends InputStream {

        private final InputStream in;
        private final CharsetDecoder decoder;
        private final CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
        private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER).flip();
        private final CharBuffer chars = CharBuffer.allocate(BUFFER).flip();
        private final ByteBuffer utf8 = ByteBuffer.allocate(BUFFER).flip();
        private boolean atTheEnd;
        private boolean flushed;
        private CoderResult result = CoderResult.UNDERFLOW;

        InUtf8(InputStream in, Charset charset) {
            this.in = in;
            this.decoder = charset.newDecoder();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            while (!utf8.hasRemaining()) {
                utf8.clear();
                encoder.encode(chars, utf8, false);
                utf8.flip();
                if (utf8.hasRemaining()) {
                    break;
                }
                if (result.isError()) {
                    result.throwException();
                }
                if (flushed) {
                    return -1;
                }
                decodeMore();
            }
            int count = Math.min(length, utf8.remaining());
            utf8.get(into, from, count);
            return count;
        }

        private void decodeMore() throws IOException {
            if (!atTheEnd && result.isUnderflow()) {
                bytes.compact();
                int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
                bytes.position(bytes.position() + Math.max(read, 0)).flip();
                atTheEnd = read < 0;
            }
            chars.compact();
            result = decoder.decode(bytes, chars, atTheEnd);
            if (atTheEnd && result.isUnderflow()) {
                result = decoder.flush(chars);
                flushed = result.isUnderflow();
            }
            chars.flip();
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
