/** What lies in the EAR of {@link dev.reprise.wildfly.EarIT}: an EJB JAR with a timer, and a WAR. */
@NullMarked
package dev.reprise.ear;

import org.jspecify.annotations.NullMarked;
