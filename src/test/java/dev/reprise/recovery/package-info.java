/**
 * Nodes that die, hang, are cut off, suspended or stopped: contract.md §3 and §6 on two real servers.
 *
 * <p>{@link dev.reprise.recovery.FaultsIT} breaks in every way what may break, with all shapes of jobs at once; the other tests
 * look closer at one way each.
 *
 * <p>A thousand kills, and a table of what was lost by them:
 *
 * <pre>{@code ./mvnw -Pchaos verify -Dit.test=KillIT -Dreprise.chaos.kills=1000}</pre>
 *
 * All kinds of faults in their long form: {@code ./mvnw -Pchaos verify}. One trial once more: the seed that it prints, as
 * {@code -Dreprise.chaos.seed=…}, and a count of 1.
 */
@NullMarked
package dev.reprise.recovery;

import org.jspecify.annotations.NullMarked;
