package dev.reprise.bench.spring;

import com.zaxxer.hikari.HikariDataSource;
import dev.reprise.bench.peer.Flight;
import dev.reprise.bench.peer.FlightTable;
import dev.reprise.bench.peer.ImportRun;
import dev.reprise.bench.peer.ImportWatch;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemWriter;
import org.springframework.batch.infrastructure.item.database.JdbcBatchItemWriter;
import org.springframework.batch.infrastructure.item.database.builder.JdbcBatchItemWriterBuilder;
import org.springframework.batch.infrastructure.item.file.FlatFileItemReader;
import org.springframework.batch.infrastructure.item.file.builder.FlatFileItemReaderBuilder;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;

/** The jobs that import, made for the chunk size and the number of partitions of each run. */
@Component
class ImportJobs {

    private final JobRepository repository;
    private final PlatformTransactionManager transactions;
    private final DataSource dataSource;
    private final FlightItemReader reader;

    ImportJobs(
            JobRepository repository,
            PlatformTransactionManager transactions,
            HikariDataSource dataSource,
            FlightItemReader reader) {
        this.repository = repository;
        this.transactions = transactions;
        this.dataSource = dataSource;
        this.reader = reader;
    }

    Job job(ImportRun run) {
        Step step = new StepBuilder("import", repository)
                .<Flight, Flight>chunk(run.chunk())
                .transactionManager(transactions)
                .reader(run.how().equals(ImportRun.OWN) ? fileReader(run.file()) : reader)
                .writer(run.how().equals(ImportRun.SHARED) ? writer() : batchWriter())
                .build();
        return new JobBuilder("import", repository)
                .start(run.partitions() == 1 ? step : partitioned(step, run))
                .build();
    }

    private Step partitioned(Step step, ImportRun run) {
        SimpleAsyncTaskExecutor threads = new SimpleAsyncTaskExecutor("partition-");
        threads.setConcurrencyLimit(4);
        return new StepBuilder("partitions", repository)
                .partitioner("import", gridSize -> contexts(run.files()))
                .step(step)
                .gridSize(run.partitions())
                .taskExecutor(threads)
                .build();
    }

    private static Map<String, ExecutionContext> contexts(List<Path> files) {
        Map<String, ExecutionContext> contexts = new HashMap<>();
        for (int i = 0; i < files.size(); i++) {
            ExecutionContext context = new ExecutionContext();
            context.putString("file", files.get(i).toString());
            contexts.put("partition" + i, context);
        }
        return contexts;
    }

    private static FlatFileItemReader<Flight> fileReader(String file) {
        return new FlatFileItemReaderBuilder<Flight>()
                .name("flights")
                .resource(new FileSystemResource(file))
                .linesToSkip(1)
                .delimited()
                .names("id", "departure", "delay", "distance", "origin", "destination")
                .fieldSetMapper(fields -> {
                    ImportWatch.read(fields.readLong(0));
                    return new Flight(
                            fields.readLong(0),
                            LocalDateTime.parse(fields.readString(1)),
                            fields.readInt(2),
                            fields.readInt(3),
                            fields.readString(4),
                            fields.readString(5));
                })
                .build();
    }

    private JdbcBatchItemWriter<Flight> batchWriter() {
        JdbcBatchItemWriter<Flight> writer = new JdbcBatchItemWriterBuilder<Flight>()
                .dataSource(dataSource)
                .sql(FlightTable.INSERT)
                .itemPreparedStatementSetter((flight, insert) -> {
                    FlightTable.set(insert, flight);
                    ImportWatch.written();
                })
                .build();
        writer.afterPropertiesSet();
        return writer;
    }

    private ItemWriter<Flight> writer() {
        return flights -> {
            Connection connection = DataSourceUtils.getConnection(dataSource);
            try {
                FlightTable.insert(connection, flights.getItems());
            } finally {
                DataSourceUtils.releaseConnection(connection, dataSource);
            }
        };
    }
}
