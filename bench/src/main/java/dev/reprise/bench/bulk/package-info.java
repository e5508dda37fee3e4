/** What Reprise brings itself for an import: its CSV reader and its bulk writer. In its WAR alone. */
@NullMarked
package dev.reprise.bench.bulk;

import org.jspecify.annotations.NullMarked;
