package dev.reprise.host;

import jakarta.json.bind.annotation.JsonbCreator;
import jakarta.json.bind.annotation.JsonbProperty;
import jakarta.json.bind.annotation.JsonbTransient;
import java.math.BigDecimal;
import java.time.LocalDate;

/** Of an article; what it was bought for is nobody's to see. */
public final class Price {

    private final String article;
    private final BigDecimal amount;
    private final LocalDate since;

    @JsonbCreator
    public Price(
            @JsonbProperty("item") String article,
            @JsonbProperty("amount") BigDecimal amount,
            @JsonbProperty("since") LocalDate since) {
        this.article = article;
        this.amount = amount;
        this.since = since;
    }

    @JsonbProperty("item")
    public String getArticle() {
        return article;
    }

    public BigDecimal getAmount() {
        return amount;
    }

    public LocalDate getSince() {
        return since;
    }

    @JsonbTransient
    public BigDecimal getBoughtFor() {
        return amount.movePointLeft(1);
    }
}
