package dev.reprise.parameters;

import dev.reprise.item.RootFolder;
import org.jspecify.annotations.Nullable;

/**
 * One parameter as the schema declares it.
 *
 * @param secret whether nobody but the job may see its value
 * @param root the folder that the path must lie in, or null if it is none
 * @param defaultValue the literal text that counts as given when nothing is, or null
 * @param example a value that would be right, or null if the schema shows none
 */
record Declared(
        ValueType type,
        boolean identifying,
        boolean secret,
        @Nullable RootFolder root,
        @Nullable String defaultValue,
        @Nullable String example) {

    /** The incrementer's parameter (contract.md §3), which every job knows. */
    static final String RUN_ID = "run.id";
}
