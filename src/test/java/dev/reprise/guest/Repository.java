package dev.reprise.guest;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the articles are. */
@ApplicationScoped
@Named("Repository")
@Transactional
public class Repository {

    @PersistenceContext
    private @Nullable EntityManager manager;

    private EntityManager manager() {
        if (manager == null) {
            throw new IllegalStateException("not injected");
        }
        return manager;
    }

    /** All articles; two if there were none. */
    public List<Article> all() {
        if (manager().find(Article.class, "a-1") == null) {
            manager().persist(new Article("a-1", "Lamp <& ü>", "12.50", LocalDate.of(2026, 2, 28)));
            manager().persist(new Article("a-2", "Table", "1000000.00", LocalDate.of(1999, 12, 31)));
        }
        return manager()
                .createQuery("select a from Article a order by a.number", Article.class)
                .getResultList();
    }

    public Optional<Article> find(String number) {
        return Optional.ofNullable(manager().find(Article.class, number));
    }

    public void add(Article article) {
        manager().persist(article);
    }

    /** Names of all entities there are. */
    public List<String> entities() {
        return manager().getMetamodel().getEntities().stream()
                .map(entity -> entity.getJavaType().getName())
                .sorted()
                .toList();
    }
}
