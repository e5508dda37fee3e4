package dev.reprise.bench.spring;

import dev.reprise.bench.peer.PartWork;
import jakarta.jms.ConnectionFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.configuration.annotation.StepScope;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;
import org.springframework.batch.integration.partition.RemotePartitioningWorkerStepBuilderFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.channel.DirectChannel;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.jms.dsl.Jms;
import org.springframework.transaction.PlatformTransactionManager;

/** Runs the partitions that the manager hands out, in {@code bench.threads} threads. */
@Configuration
class Worker {

    static final String STEP = "part";

    @Bean
    IntegrationFlow hearsRequests(ConnectionFactory connections, DirectChannel requests) {
        return IntegrationFlow.from(Jms.messageDrivenChannelAdapter(Jms.container(connections, Messaging.REQUESTS)
                        .concurrentConsumers(Integer.getInteger("bench.threads"))))
                .channel(requests)
                .get();
    }

    @Bean
    IntegrationFlow sendsReplies(ConnectionFactory connections, DirectChannel replies) {
        return IntegrationFlow.from(replies)
                .handle(Jms.outboundAdapter(connections).destination(Messaging.REPLIES))
                .get();
    }

    @Bean(STEP)
    Step part(
            RemotePartitioningWorkerStepBuilderFactory steps,
            PlatformTransactionManager transactions,
            PartItemReader partReader,
            DirectChannel requests,
            DirectChannel replies) {
        return steps.get(STEP)
                .inputChannel(requests)
                .outputChannel(replies)
                .<Integer, Integer>chunk(10)
                .transactionManager(transactions)
                .reader(partReader)
                .writer(items -> {})
                .build();
    }

    @Bean
    @StepScope
    PartItemReader partReader(
            @Value("#{stepExecutionContext['items']}") int items,
            @Value("#{stepExecutionContext['pause']}") int pause,
            @Value("#{stepExecutionContext['burn']}") int burn) {
        return new PartItemReader(new PartWork(items, pause, burn));
    }

    /** Hands out items after the work that each of them is. */
    static class PartItemReader implements ItemStreamReader<Integer> {

        private static final String POSITION = "position";

        private final PartWork work;
        private int read;

        PartItemReader(PartWork work) {
            this.work = work;
        }

        @Override
        public void open(ExecutionContext context) {
            read = context.getInt(POSITION, 0);
        }

        @Override
        public @Nullable Integer read() throws InterruptedException {
            if (read == work.items()) {
                return null;
            }
            work.item();
            return ++read;
        }

        @Override
        public void update(ExecutionContext context) {
            context.putInt(POSITION, read);
        }
    }
}
