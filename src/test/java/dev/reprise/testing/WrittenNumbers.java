package dev.reprise.testing;

import jakarta.annotation.Resource;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/** Writes numbers of a run in the chunk's transaction. */
public class WrittenNumbers extends AbstractItemWriter {

    public static final String TABLE = "create table WRITTEN (RUN varchar(100) not null, N integer not null)";

    @Inject
    @BatchProperty
    private String run;

    @Resource
    private DataSource dataSource;

    @Override
    public void writeItems(List<Object> items) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert = connection.prepareStatement("insert into WRITTEN (RUN, N) values (?, ?)")) {
            for (Object item : items) {
                insert.setString(1, run);
                insert.setInt(2, (Integer) item);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
