package dev.reprise.bench;

/** One kind of work that the peers are compared in. */
interface Workload {

    /** Does it with every peer, in turn, and adds what it took to the results; leaves no peer running. */
    void run();
}
