package dev.reprise.bench.spring;

import dev.reprise.bench.peer.PartWork;
import jakarta.jms.ConnectionFactory;
import java.util.HashMap;
import java.util.Map;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.partition.Partitioner;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.integration.partition.RemotePartitioningManagerStepBuilderFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.channel.DirectChannel;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.jms.dsl.Jms;

/** Hands partitions out and waits for the answers of whoever has run them. */
@Configuration
class Manager {

    /** Of the one job that runs. */
    private volatile PartWork work = new PartWork(1, 0, 0);

    private volatile int partitions = 1;

    void next(int count, PartWork each) {
        partitions = count;
        work = each;
    }

    @Bean
    IntegrationFlow sendsRequests(ConnectionFactory connections, DirectChannel requests) {
        return IntegrationFlow.from(requests)
                .handle(Jms.outboundAdapter(connections).destination(Messaging.REQUESTS))
                .get();
    }

    @Bean
    IntegrationFlow hearsReplies(ConnectionFactory connections, DirectChannel replies) {
        return IntegrationFlow.from(Jms.messageDrivenChannelAdapter(connections).destination(Messaging.REPLIES))
                .channel(replies)
                .get();
    }

    @Bean("parts")
    Job parts(
            JobRepository repository,
            RemotePartitioningManagerStepBuilderFactory steps,
            DirectChannel requests,
            DirectChannel replies) {
        Partitioner partitioner = gridSize -> contexts();
        Step manager = steps.get("load")
                .partitioner(Worker.STEP, partitioner)
                .outputChannel(requests)
                .inputChannel(replies)
                .build();
        return new JobBuilder("parts", repository).start(manager).build();
    }

    private Map<String, ExecutionContext> contexts() {
        Map<String, ExecutionContext> contexts = new HashMap<>();
        for (int i = 0; i < partitions; i++) {
            ExecutionContext context = new ExecutionContext();
            context.putInt("items", work.items());
            context.putInt("pause", work.pause());
            context.putInt("burn", work.burn());
            contexts.put("partition" + i, context);
        }
        return contexts;
    }
}
