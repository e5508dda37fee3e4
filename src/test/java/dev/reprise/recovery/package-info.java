/**
 * Nodes that die, hang, are cut off, suspended or stopped: semantics.md §3 and §6 on two real servers.
 *
 * <p>A thousand kills, and a table of what was lost by them:
 *
 * <pre>{@code ./mvnw -Pchaos verify -Dit.test=KillIT -Dreprise.chaos.kills=1000}</pre>
 *
 * All kinds of faults in their long form: {@code ./mvnw -Pchaos verify}. The same faults once more: the seed that a test
 * prints, as {@code -Dreprise.chaos.seed=…}.
 */
@NullMarked
package dev.reprise.recovery;

import org.jspecify.annotations.NullMarked;
