/**
 * The application of {@link dev.reprise.wildfly.GuestIT}, a shop that knows nothing of this library: JAX-RS, JSON-B, JPA, CDI, a
 * batch job, and in one of its kinds libraries of its own.
 */
@NullMarked
package dev.reprise.guest;

import org.jspecify.annotations.NullMarked;
