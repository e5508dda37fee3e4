package dev.reprise.bench.war;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The data source of the repository and of the jobs. */
@ApplicationScoped
public class BenchDataSource {

    @Resource(lookup = "java:jboss/datasources/reprise")
    private DataSource dataSource;

    /** A connection that takes part in the chunk's transaction, if there is one. */
    public Connection open() throws SQLException {
        return dataSource.getConnection();
    }
}
