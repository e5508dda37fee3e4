package dev.reprise.web;

import io.undertow.servlet.api.InstanceFactory;
import io.undertow.servlet.util.ImmediateInstanceHandle;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.enterprise.inject.spi.Unmanaged;

/** Makes objects that are no beans of the application, and are given its beans. */
final class Injected {

    private Injected() {}

    static <T> T of(Class<T> type) {
        return new Unmanaged<>(CDI.current().getBeanManager(), type)
                .newInstance()
                .produce()
                .inject()
                .postConstruct()
                .get();
    }

    static <T> InstanceFactory<T> factory(Class<T> type) {
        return () -> new ImmediateInstanceHandle<>(of(type));
    }
}
