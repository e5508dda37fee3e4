package ${package};

import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Named;
import java.util.List;

@Dependent
@Named
class Squares extends AbstractItemWriter {

    @Override
    public void writeItems(List<Object> items) {
        items.forEach(item -> System.out.println(item + "² = " + (Integer) item * (Integer) item));
    }
}
