package dev.reprise.ear;

import jakarta.ejb.Stateless;

/** Makes an EJB JAR of its JAR, and knows nothing of Reprise. */
@Stateless
public class Bell {

    /** Rings. */
    public String ring() {
        return "ding";
    }
}
