package dev.reprise.monitor;

import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Pages of what was found: of it one more was asked for than a page has. */
final class Pages {

    private Pages() {}

    /** The next page begins behind the id of the last item. */
    static <S, T> View.Page<T> of(List<S> found, int limit, Function<List<S>, List<T>> views, ToLongFunction<T> id) {
        List<T> items = views.apply(found.size() > limit ? found.subList(0, limit) : found);
        return new View.Page<>(
                items, found.size() > limit ? String.valueOf(id.applyAsLong(items.get(limit - 1))) : null);
    }
}
