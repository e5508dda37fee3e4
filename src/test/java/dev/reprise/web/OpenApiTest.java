package dev.reprise.web;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The API's description names what there is, and nothing else. */
class OpenApiTest {

    @Test
    void describesEveryOperationAndNoOther() {
        assertThat(OpenApi.read().operations()).isEqualTo(operationsOfTheResources());
    }

    private static Set<String> operationsOfTheResources() {
        Set<String> operations = new TreeSet<>();
        for (Class<?> type : ApiApplication.RESOURCES) {
            Path root = type.getAnnotation(Path.class);
            if (root == null) {
                continue;
            }
            for (Method method : type.getDeclaredMethods()) {
                for (Annotation annotation : method.getAnnotations()) {
                    HttpMethod http = annotation.annotationType().getAnnotation(HttpMethod.class);
                    if (http != null) {
                        Path path = method.getAnnotation(Path.class);
                        operations.add(http.value() + " "
                                + (root.value() + (path == null ? "" : path.value())).replace("//", "/"));
                    }
                }
            }
        }
        return operations;
    }
}
