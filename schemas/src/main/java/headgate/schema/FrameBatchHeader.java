package headgate.schema;

import java.util.List;

/// What is said once for all frames of a batch; `frame-batch.avsc` says what each field means.
///
/// @param offloads null if unknown
/// @param untilNanos [#UNKNOWN_TIME] if unknown
public record FrameBatchHeader(
        String agent,
        String capturePoint,
        List<Interface> interfaces,
        int lane,
        int lanes,
        long batchSequence,
        long firstSequence,
        Clock clock,
        int snaplen,
        String filter,
        List<String> offloads,
        int sampling,
        boolean last,
        long untilNanos) {

    /// Stands for a time that is not known.
    public static final long UNKNOWN_TIME = Long.MIN_VALUE;

    /// Interfaces that a header names at most; frames of further ones still carry their number.
    public static final int MAX_INTERFACES = 256;

    /// What times of frames come from, in the order of the schema.
    public enum Clock {
        CAPTURE_FILE,
        HOST,
        ADAPTER
    }

    /// An interface that frames name by their `interfaceId`.
    public record Interface(String name, int linkType, int snaplen) {}

    public FrameBatchHeader {
        interfaces = List.copyOf(interfaces);
        offloads = offloads == null ? null : List.copyOf(offloads);
        require(!agent.isEmpty(), "agent must have a name");
        require(lanes > 0 && lane >= 0 && lane < lanes, "lane " + lane + " of " + lanes);
        require(interfaces.size() <= MAX_INTERFACES, "interfaces: " + interfaces.size());
        require(sampling > 0, "sampling " + sampling);
    }

    /// Of a batch that others follow.
    public FrameBatchHeader(
            String agent,
            String capturePoint,
            List<Interface> interfaces,
            int lane,
            int lanes,
            long batchSequence,
            long firstSequence,
            Clock clock,
            int snaplen,
            String filter,
            List<String> offloads,
            int sampling) {
        this(
                agent,
                capturePoint,
                interfaces,
                lane,
                lanes,
                batchSequence,
                firstSequence,
                clock,
                snaplen,
                filter,
                offloads,
                sampling,
                false,
                UNKNOWN_TIME);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /// The same for another batch.
    public FrameBatchHeader at(int lane, long batchSequence, long firstSequence, long untilNanos) {
        return of(lane, batchSequence, firstSequence, false, untilNanos);
    }

    /// The same for the batch that no other one follows.
    public FrameBatchHeader asLast() {
        return of(lane, batchSequence, firstSequence, true, untilNanos);
    }

    private FrameBatchHeader of(
            int lane, long batchSequence, long firstSequence, boolean last, long untilNanos) {
        return new FrameBatchHeader(
                agent,
                capturePoint,
                interfaces,
                lane,
                lanes,
                batchSequence,
                firstSequence,
                clock,
                snaplen,
                filter,
                offloads,
                sampling,
                last,
                untilNanos);
    }
}
