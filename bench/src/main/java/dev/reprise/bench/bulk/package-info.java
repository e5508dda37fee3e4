/** What only Reprise brings: its launcher, its CSV reader and its bulk writer. In its WAR alone. */
@NullMarked
package dev.reprise.bench.bulk;

import org.jspecify.annotations.NullMarked;
