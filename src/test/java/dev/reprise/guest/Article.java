package dev.reprise.guest;

import jakarta.json.bind.annotation.JsonbDateFormat;
import jakarta.json.bind.annotation.JsonbNumberFormat;
import jakarta.json.bind.annotation.JsonbProperty;
import jakarta.json.bind.annotation.JsonbTransient;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Transient;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Every kind of value that JSON-B and Jackson write in different ways, and a price that is nobody's to see. */
@Entity
@Table(name = "GUEST_ARTICLE")
public class Article {

    /** Of which kind. */
    public enum Kind {
        GOODS,
        SERVICE
    }

    @Id
    @Column(length = 20)
    @NotBlank
    private String number = "";

    @JsonbProperty("title")
    @NotNull
    private String name = "";

    private Kind kind = Kind.GOODS;

    @JsonbTransient
    private BigDecimal purchasePrice = BigDecimal.ONE;

    @Column(precision = 12, scale = 2)
    private BigDecimal price = BigDecimal.ZERO;

    @JsonbNumberFormat(value = "#0.000", locale = "en")
    private double weight;

    @JsonbDateFormat("dd.MM.yyyy")
    private LocalDate since = LocalDate.EPOCH;

    private LocalDateTime changed = LocalDate.EPOCH.atTime(1, 2, 3);

    private Instant seen = Instant.EPOCH;

    private @Nullable Date sold;

    /** For a bean without values. */
    public Article() {}

    Article(String number, String name, String price, LocalDate since) {
        this.number = number;
        this.name = name;
        this.price = new BigDecimal(price);
        this.since = since;
        this.purchasePrice = this.price.movePointLeft(1);
        this.changed = since.atTime(23, 59);
        this.sold = Date.from(since.atStartOfDay(ZoneOffset.UTC).toInstant());
    }

    public String getNumber() {
        return number;
    }

    public void setNumber(String number) {
        this.number = number;
    }

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public Kind getKind() {
        return kind;
    }

    public void setKind(Kind kind) {
        this.kind = kind;
    }

    public BigDecimal getPurchasePrice() {
        return purchasePrice;
    }

    public void setPurchasePrice(BigDecimal purchasePrice) {
        this.purchasePrice = purchasePrice;
    }

    public BigDecimal getPrice() {
        return price;
    }

    public void setPrice(BigDecimal price) {
        this.price = price;
    }

    public double getWeight() {
        return weight;
    }

    public void setWeight(double weight) {
        this.weight = weight;
    }

    public LocalDate getSince() {
        return since;
    }

    public void setSince(LocalDate since) {
        this.since = since;
    }

    public LocalDateTime getChanged() {
        return changed;
    }

    public void setChanged(LocalDateTime changed) {
        this.changed = changed;
    }

    public Instant getSeen() {
        return seen;
    }

    public void setSeen(Instant seen) {
        this.seen = seen;
    }

    public @Nullable Date getSold() {
        return sold;
    }

    public void setSold(@Nullable Date sold) {
        this.sold = sold;
    }

    /** In no column. */
    @Transient
    public Optional<BigDecimal> getHuge() {
        return Optional.of(new BigDecimal("12345678901234567890.12345678901234567890"));
    }
}
