package org.example.shop;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.NamedQuery;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.math.BigDecimal;

/** An order as it was imported. */
@Entity
@Table(name = "placed_order")
@NamedQuery(name = "customers", query = "select distinct o.customer from PlacedOrder o order by o.customer")
@NamedQuery(
        name = "ordersOfCustomer",
        query = "select o from PlacedOrder o where o.customer = :customer and o.id > :after order by o.id")
public class PlacedOrder implements Serializable {

    private static final long serialVersionUID = 1L;

    @Id
    private long id;

    @Column(nullable = false)
    private String customer;

    @Column(nullable = false)
    private BigDecimal amount;

    protected PlacedOrder() {}

    PlacedOrder(long id, String customer, BigDecimal amount) {
        this.id = id;
        this.customer = customer;
        this.amount = amount;
    }

    long id() {
        return id;
    }

    BigDecimal amount() {
        return amount;
    }
}
