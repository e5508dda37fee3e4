package org.example.shop;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A file has no transaction: its checkpoint is the length that it had when the last chunk was committed, and a restart
 * cuts off what a chunk wrote that was not.
 */
@Dependent
@Named
public class InvoiceFile extends AbstractItemWriter {

    private final Path file;
    private FileChannel channel;

    @Inject
    InvoiceFile(@BatchProperty(name = "file") String file) {
        this.file = Path.of(file);
    }

    @Override
    public void open(Serializable checkpoint) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.truncate(checkpoint == null ? 0 : (Long) checkpoint);
        channel.position(channel.size());
    }

    @Override
    public void writeItems(List<Object> items) throws IOException {
        for (Object item : items) {
            Invoice invoice = (Invoice) item;
            byte[] line = (invoice.customer() + "," + invoice.total() + "\n").getBytes(StandardCharsets.UTF_8);
            for (ByteBuffer bytes = ByteBuffer.wrap(line); bytes.hasRemaining(); ) {
                channel.write(bytes);
            }
        }
        channel.force(false);
    }

    @Override
    public Long checkpointInfo() throws IOException {
        return channel.position();
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
