package dev.reprise.guest;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.json.bind.annotation.JsonbProperty;
import java.math.BigDecimal;
import java.time.LocalDate;

/** Annotated for Jackson, and for JSON-B in another way. */
public record Label(
        @JsonProperty("jackson") @JsonbProperty("jsonb") String name,
        BigDecimal price,
        LocalDate since,
        @JsonIgnore String secret) {

    /** Without dates, for which Jackson needs a module. */
    public record Small(
            @JsonProperty("called") String name, @JsonIgnore String secret) {}
}
