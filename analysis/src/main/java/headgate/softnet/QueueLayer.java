package headgate.softnet;

import headgate.softnet.tap.TapStat;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// The receive path of one host under one [SoftnetProfile], up to what captures there, on the time
/// of the traffic.
///
/// Arrivals go in by [#offer] in order of time; what happens to them comes out through the
/// [RxListener] and, in sums, through [#drain] and [#softnetStat]. The same calls always give the
/// same answers. Not for several threads at once.
public sealed interface QueueLayer permits ReceivePath, ReceivePath26, TappedPath {
    /// The queue layer that the profile is about, with the tap behind it if it has one.
    static QueueLayer of(SoftnetProfile profile, RxListener listener) {
        return profile.tap().isOff()
                ? engine(profile, listener)
                : new TappedPath(profile, listener);
    }

    /// The queue layer alone.
    static QueueLayer engine(SoftnetProfile profile, RxListener listener) {
        return switch (profile.kernel()) {
            case LINUX_6 -> new ReceivePath(profile, listener);
            case LINUX_2_6 -> new ReceivePath26(profile, listener);
        };
    }

    SoftnetProfile profile();

    /// Changes the settings of the running host, as `sysctl -w` does; what is queued stays.
    ///
    /// @throws IllegalArgumentException if [#canAdopt] denies it
    void adopt(SoftnetProfile newProfile);

    /// Whether a running host can change to these settings: it keeps its kernel, its CPUs and what
    /// captures there.
    boolean canAdopt(SoftnetProfile newProfile);

    /// A frame arrives on the first interface whose service takes what the profile's costs say.
    default void offer(long sequence, long arrivalNanos, int lengthBytes, int flowHash) {
        long serviceNanos = profile().costs().serviceNanos(lengthBytes);
        offer(sequence, arrivalNanos, lengthBytes, flowHash, serviceNanos, 0);
    }

    /// A frame arrives on the first interface.
    default void offer(
            long sequence, long arrivalNanos, int lengthBytes, int flowHash, long serviceNanos) {
        offer(sequence, arrivalNanos, lengthBytes, flowHash, serviceNanos, 0);
    }

    /// A frame arrives.
    ///
    /// @param sequence what the listener will call it; the path gives no meaning to it
    /// @param arrivalNanos not before the arrival before; a time that is, is raised to that one,
    ///   and counted (RP-3)
    /// @param flowHash chooses the queue, the CPU and the flow's share; 0 is never steered (RP-8)
    /// @param serviceNanos time in the protocol layer; held within 0 and [SoftnetCosts#MAX]
    /// @param interfaceIndex which interface, from 0; counted on from 0 again behind the last one
    void offer(
            long sequence,
            long arrivalNanos,
            int lengthBytes,
            int flowHash,
            long serviceNanos,
            int interfaceIndex);

    /// Lets everything happen that is due up to that time.
    void runUntil(long nanos);

    /// Lets everything happen that the arrivals so far lead to.
    ///
    /// @return when the last of it happened
    long runUntilIdle();

    /// The row of that CPU as the kernel prints it.
    SoftnetRow softnetStat(int cpu);

    /// What the capture socket counted, [TapStat#OFF] where nobody captures.
    default TapStat tapStat() {
        return TapStat.OFF;
    }

    /// What happened since the last call, up to `endNanos`; the next interval starts there.
    ///
    /// @param endNanos taken as the latest arrival's time if it lies before that
    PathStats drain(long endNanos);

    /// Writes everything that the future depends on; [#restore] goes on from there as if nothing
    /// had happened.
    void save(DataOutput out) throws IOException;

    /// @throws IOException if this is not what [#save] wrote
    static QueueLayer restore(RxListener listener, DataInput in) throws IOException {
        int tag = in.readByte();
        return tag == TappedPath.STATE_TAG
                ? TappedPath.restore(listener, in)
                : restoreEngine(tag, listener, in);
    }

    /// The queue layer alone.
    ///
    /// @param tag the first byte of what [#save] wrote
    static QueueLayer restoreEngine(int tag, RxListener listener, DataInput in) throws IOException {
        return switch (tag) {
            case ReceivePath.STATE_TAG -> ReceivePath.restore(listener, in);
            case ReceivePath26.STATE_TAG -> ReceivePath26.restore(listener, in);
            default -> throw new IOException("state of a path of kind " + tag + " cannot be");
        };
    }
}
