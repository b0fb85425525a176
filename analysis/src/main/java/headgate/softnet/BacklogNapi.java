package headgate.softnet;

import headgate.sim.ServiceQueue;

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

    /// RP-22: the input queue is taken over as a whole, and only when the process queue is empty.
    @Override
    ServiceQueue next(int work, long nowNanos) {
        if (softnetData.processQueue.isEmpty()) {
            if (softnetData.inputPktQueue.isEmpty()) {
                scheduled = false;
                return null;
            }
            softnetData.spliceInputPktQueue(nowNanos);
        }
        return softnetData.processQueue;
    }
}
