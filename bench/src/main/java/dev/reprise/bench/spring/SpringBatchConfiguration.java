package dev.reprise.bench.spring;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.reprise.bench.peer.DatabaseOfPeer;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.springframework.batch.core.configuration.annotation.StepScope;
import org.springframework.batch.core.configuration.support.JdbcDefaultBatchConfiguration;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.item.ItemReader;
import org.springframework.batch.infrastructure.item.support.ListItemReader;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.DatabasePopulatorUtils;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/** Spring Batch with everything at its default, and the jobs of the launch workload. */
@Configuration
class SpringBatchConfiguration extends JdbcDefaultBatchConfiguration {

    @Bean
    HikariDataSource dataSource() {
        DatabaseOfPeer database = DatabaseOfPeer.ofThisProcess();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(DatabaseOfPeer.MOST_CONNECTIONS);
        config.setMinimumIdle(DatabaseOfPeer.LEAST_CONNECTIONS);
        HikariDataSource dataSource = new HikariDataSource(config);
        if (Boolean.getBoolean("bench.create")) {
            String script = "org/springframework/batch/core/schema-" + (database.isH2() ? "h2" : "postgresql") + ".sql";
            DatabasePopulatorUtils.execute(new ResourceDatabasePopulator(new ClassPathResource(script)), dataSource);
        }
        return dataSource;
    }

    @Bean
    PlatformTransactionManager transactionManager(DataSource dataSource) {
        return new JdbcTransactionManager(dataSource);
    }

    @Bean("job-0")
    Job nothing(JobRepository repository, PlatformTransactionManager transactions) {
        return new JobBuilder("job-0", repository)
                .start(new StepBuilder("step", repository)
                        .tasklet((contribution, chunk) -> RepeatStatus.FINISHED, transactions)
                        .build())
                .build();
    }

    @Bean("ten-items")
    Job tenItems(
            JobRepository repository, PlatformTransactionManager transactions, ItemReader<Integer> tenItemsReader) {
        return new JobBuilder("ten-items", repository)
                .start(new StepBuilder("step", repository)
                        .<Integer, Integer>chunk(10)
                        .transactionManager(transactions)
                        .reader(tenItemsReader)
                        .writer(items -> {})
                        .build())
                .build();
    }

    @Bean
    @StepScope
    FlightItemReader flightReader(@Value("#{stepExecutionContext['file'] ?: jobParameters['file']}") String file) {
        return new FlightItemReader(file);
    }

    @Bean
    @StepScope
    ListItemReader<Integer> tenItemsReader() {
        return new ListItemReader<>(IntStream.range(0, 10).boxed().toList());
    }
}
