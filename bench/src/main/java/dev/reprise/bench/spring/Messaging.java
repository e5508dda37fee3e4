package dev.reprise.bench.spring;

import jakarta.jms.ConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.springframework.batch.integration.config.annotation.EnableBatchIntegration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.channel.DirectChannel;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.jms.connection.CachingConnectionFactory;

/** The two queues between the manager and its workers, as both of them see them. */
@Configuration
@EnableIntegration
@EnableBatchIntegration
class Messaging {

    static final String REQUESTS = "requests";
    static final String REPLIES = "replies";

    /** A consumer asks for one message at a time, or it would keep some while others have nothing to do. */
    @Bean
    ConnectionFactory connectionFactory() {
        CachingConnectionFactory caching = new CachingConnectionFactory(
                new ActiveMQConnectionFactory(System.getProperty("bench.broker") + "?consumerWindowSize=0"));
        caching.setSessionCacheSize(20);
        return caching;
    }

    @Bean
    DirectChannel requests() {
        return new DirectChannel();
    }

    @Bean
    DirectChannel replies() {
        return new DirectChannel();
    }
}
