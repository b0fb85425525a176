package headgate.softnet;

/// The backlog of one CPU as a NAPI: `process_backlog`.
final class BacklogNapi extends Napi {
    private final SoftnetData softnetData;

    BacklogNapi(SoftnetData softnetData, int weight) {
        super(weight);
        this.softnetData = softnetData;
    }

    @Override
    void startPoll(int devRxWeight) {
        weight = devRxWeight;
    }

    /// Whether there is a packet at the head of the process queue; if not, this has completed.
    /// RP-22: the input queue is taken over as a whole, and only when the process queue is empty.
    boolean hasNext(long nowNanos) {
        if (softnetData.processQueue.isEmpty()) {
            if (softnetData.inputPktQueue.isEmpty()) {
                scheduled = false;
                return false;
            }
            softnetData.spliceInputPktQueue(nowNanos);
        }
        return true;
    }
}
