package dev.reprise.item;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.BitSet;

/** A channel that gives a few bytes at a time and knows which ones it gave. */
final class ObservedChannel implements SeekableByteChannel {

    private final SeekableByteChannel channel;
    private final int atOnce;
    private long bytesRead;
    private final BitSet read = new BitSet();

    ObservedChannel(SeekableByteChannel channel, int atOnce) {
        this.channel = channel;
        this.atOnce = atOnce;
    }

    /** Some of them perhaps twice. */
    long bytesRead() {
        return bytesRead;
    }

    int bytesReadBefore(long offset) {
        return read.get(0, (int) offset).cardinality();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int limit = into.limit();
        into.limit((int) Math.min(limit, (long) into.position() + atOnce));
        int from = (int) channel.position();
        int count = channel.read(into);
        into.limit(limit);
        if (count > 0) {
            bytesRead += count;
            read.set(from, from + count);
        }
        return count;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return channel.write(from);
    }

    @Override
    public long position() throws IOException {
        return channel.position();
    }

    @Override
    public SeekableByteChannel position(long position) throws IOException {
        channel.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public SeekableByteChannel truncate(long size) throws IOException {
        channel.truncate(size);
        return this;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
