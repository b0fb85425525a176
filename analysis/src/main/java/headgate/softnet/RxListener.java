package headgate.softnet;

/// Hears what happens in a [ReceivePath], in order of its time. Calls come from within
/// [ReceivePath#offer] and [ReceivePath#runUntil]; they must not call back into the path.
public interface RxListener {
    /// Hears nothing.
    RxListener NONE = new RxListener() {};

    /// A packet was refused on arrival.
    ///
    /// @param cpu whose `softnet_stat` row counts it: the CPU that it was meant for
    default void dropped(long sequence, long atNanos, int cpu, DropReason reason) {}

    /// The protocol layer is done with a packet, and the tap, if there is one, has taken it. Of
    /// those that a tap refuses [#dropped] tells instead.
    ///
    /// @param startNanos when its service began
    default void delivered(
            long sequence, int lengthBytes, long startNanos, long endNanos, int cpu) {}

    /// One poll of a NAPI ended.
    ///
    /// @param work packets that it took
    /// @param inKsoftirqd whether the run it belongs to was ksoftirqd's
    default void polled(int cpu, long atNanos, int work, boolean inKsoftirqd) {}
}
