package org.example.shop;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.NamedQuery;
import java.math.BigDecimal;

/** What a customer has to pay. */
@Entity
@NamedQuery(
        name = "invoices",
        query = "select i from Invoice i where i.customer > :after order by i.customer")
public class Invoice {

    @Id
    private String customer;

    @Column(nullable = false)
    private BigDecimal total;

    protected Invoice() {}

    Invoice(String customer) {
        this.customer = customer;
        this.total = BigDecimal.ZERO;
    }

    void add(BigDecimal amount) {
        total = total.add(amount);
    }

    String customer() {
        return customer;
    }

    BigDecimal total() {
        return total;
    }
}
