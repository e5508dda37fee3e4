package dev.reprise.item;

import java.io.Serializable;

/**
 * A reader's checkpoint that also says how far the reader is: a {@code checkpointInfo()} of this type gives the step a
 * percentage in the log and the console. Implementations are immutable values.
 */
public interface Position extends Serializable {

    /** How much is done, in {@link #unit()}s; 0 or more. */
    long done();

    /** How much there is to do, in {@link #unit()}s; 0 if nobody knows. */
    long total();

    /** What is counted, as it stands behind "of": {@code "bytes of flights-2001-01.csv.gz"}. */
    String unit();
}
