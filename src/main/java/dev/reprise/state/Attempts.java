package dev.reprise.state;

/**
 * How a job instance has come to a failed execution: told over all its attempts, and recorded with each that fails, so that
 * whoever lists them need not look at those before (decision 035).
 *
 * @param number which attempt at the instance it is, from 1
 * @param sameSince the attempt since which all failed in the same way: at the same step with the same message, none of them
 *     committing anything of that step after the first, and all after the same number of items; itself if it is alone
 * @param committed how many items all attempts together have written and committed
 */
public record Attempts(int number, int sameSince, long committed) {

    /** As the log has it. */
    @Override
    public String toString() {
        String same = sameSince < number ? ", the same failure at the same place since attempt " + sameSince : "";
        return "attempt " + number + ", " + committed + " items committed by all attempts" + same;
    }
}
