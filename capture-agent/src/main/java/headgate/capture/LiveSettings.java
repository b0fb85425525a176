package headgate.capture;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// How frames are taken from one interface of this host, or from the two of a tap.
///
/// The kernel hands over a block when it is full or when its time is up, whichever is first. A
/// reader that stands still therefore loses frames after ringBytes, and also (however little is
/// sent) after blockTimeoutMillis for each block of the ring: 2.5 s with the values of [#of].
///
/// @param interfaceName as `ip link` shows it; `eth0+eth1` joins the two directions of a tap
/// @param snaplen most bytes kept of one frame, 1 to [#MAX_SNAPLEN]
/// @param ringBytes what the kernel may hold before it drops; a multiple of blockBytes
/// @param blockBytes what is handed from the kernel to the agent at once; a multiple of the page
///   size (4096) with room for one frame. Only the ring source uses it
/// @param blockTimeoutMillis longest time that a frame waits for its block to fill, 1 to 1000
/// @param promiscuous whether the interface also takes frames for other addresses meanwhile
/// @param filter pcap-filter(7) expression, run in the kernel; empty takes every frame
/// @param direction which frames are taken, as this host sees them
/// @param timestamps whose clock says when a frame came
/// @param threads how many rings the frames are spread over, each emptied by a thread of its own, 1
///   to [#MAX_THREADS]; each has ringBytes
/// @param fanout by what they are spread
/// @param busyPollMicros how long a thread looks for the next block before it sleeps, 0 to 100,000
public record LiveSettings(
        String interfaceName,
        int snaplen,
        int ringBytes,
        int blockBytes,
        int blockTimeoutMillis,
        boolean promiscuous,
        String filter,
        Direction direction,
        Timestamps timestamps,
        int threads,
        Fanout fanout,
        int busyPollMicros) {
    /// libpcap's MAXIMUM_SNAPLEN: room for every frame, also for those that GRO has put together.
    public static final int MAX_SNAPLEN = 262144;

    public static final int MAX_THREADS = 64;

    /// What the header of a block and of its first frame take, rounded up.
    private static final int BLOCK_OVERHEAD_BYTES = 256;

    private static final int PAGE_BYTES = 4096;

    /// As seen from the host, like `tcpdump -Q`.
    public enum Direction {
        /// What came in from the wire (or, on a veth or tun, from its other end).
        IN,
        /// What this host sent.
        OUT,
        /// Both. A loopback interface sees each frame twice; it is taken once, as it comes in.
        BOTH
    }

    /// Whose clock says when a frame came.
    public enum Timestamps {
        /// The kernel's, when it takes the frame from the device.
        SOFTWARE,
        /// The device's own, where it has one.
        HARDWARE
    }

    /// By what frames are spread over the rings of several threads (PACKET_FANOUT of packet(7)).
    public enum Fanout {
        /// A symmetric hash of addresses and ports: both directions of a flow meet in one ring.
        HASH,
        /// The CPU that the kernel received the frame on.
        CPU,
        /// The receive queue of the device.
        QUEUE
    }

    public LiveSettings {
        if (Arrays.stream(interfaceName.split("\\+", -1)).anyMatch(String::isBlank)) {
            throw new IllegalArgumentException(
                    "interface '%s': a name is needed".formatted(interfaceName));
        }
        requireWithin("threads", threads, 1, MAX_THREADS);
        requireWithin("busy-poll", busyPollMicros, 0, 100_000);
        requireWithin("snaplen", snaplen, 1, MAX_SNAPLEN);
        requireWithin("block-timeout", blockTimeoutMillis, 1, 1000);
        requireWithin("block-bytes", blockBytes, PAGE_BYTES, 1 << 30);
        requireWithin("ring-bytes", ringBytes, 2 * blockBytes, Integer.MAX_VALUE);
        if (blockBytes % PAGE_BYTES != 0) {
            throw new IllegalArgumentException(
                    "block-bytes %d is not a multiple of %d".formatted(blockBytes, PAGE_BYTES));
        }
        if (ringBytes % blockBytes != 0) {
            throw new IllegalArgumentException(
                    "ring-bytes %d is not a multiple of block-bytes %d"
                            .formatted(ringBytes, blockBytes));
        }
        if (snaplen > blockBytes - BLOCK_OVERHEAD_BYTES) {
            throw new IllegalArgumentException(
                    "snaplen %d does not fit into block-bytes %d with %d for headers"
                            .formatted(snaplen, blockBytes, BLOCK_OVERHEAD_BYTES));
        }
    }

    /// Whole frames in both directions, promiscuous, through 64 MiB in blocks of 512 KiB that are
    /// handed over after 20 ms at the latest.
    public static LiveSettings of(String interfaceName) {
        return new LiveSettings(
                interfaceName,
                MAX_SNAPLEN,
                64 << 20,
                512 << 10,
                20,
                true,
                "",
                Direction.BOTH,
                Timestamps.SOFTWARE,
                1,
                Fanout.HASH,
                0);
    }

    /// A copy in which some values are others: `settings.with(draft -> draft.snaplen = 96)`.
    public LiveSettings with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return new LiveSettings(
                draft.interfaceName,
                draft.snaplen,
                draft.ringBytes,
                draft.blockBytes,
                draft.blockTimeoutMillis,
                draft.promiscuous,
                draft.filter,
                draft.direction,
                draft.timestamps,
                draft.threads,
                draft.fanout,
                draft.busyPollMicros);
    }

    /// The interfaces by name: one, or those of a tap.
    public List<String> interfaces() {
        return List.of(interfaceName.split("\\+"));
    }

    /// Settings that are being changed; checked when they become [LiveSettings] again.
    public static final class Draft {
        public String interfaceName;
        public int snaplen;
        public int ringBytes;
        public int blockBytes;
        public int blockTimeoutMillis;
        public boolean promiscuous;
        public String filter;
        public Direction direction;
        public Timestamps timestamps;
        public int threads;
        public Fanout fanout;
        public int busyPollMicros;

        private Draft(LiveSettings from) {
            interfaceName = from.interfaceName;
            snaplen = from.snaplen;
            ringBytes = from.ringBytes;
            blockBytes = from.blockBytes;
            blockTimeoutMillis = from.blockTimeoutMillis;
            promiscuous = from.promiscuous;
            filter = from.filter;
            direction = from.direction;
            timestamps = from.timestamps;
            threads = from.threads;
            fanout = from.fanout;
            busyPollMicros = from.busyPollMicros;
        }
    }

    private static void requireWithin(String word, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s %d is not within %d and %d".formatted(word, value, least, most));
        }
    }
}
