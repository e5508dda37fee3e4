package dev.reprise.bench;

/**
 * What a peer is started with.
 *
 * @param database its database
 * @param rewrite whether PostgreSQL's driver makes batches of inserts into statements of many rows
 * @param create whether the database is empty
 */
record Setup(Database database, boolean rewrite, boolean create) {

    /** For peers whose driver takes the setting from the URL. */
    String urlOfDriver() {
        return database.isH2() ? database.url() : database.url() + "?reWriteBatchedInserts=" + rewrite;
    }

    Setup created() {
        return new Setup(database, rewrite, false);
    }
}
