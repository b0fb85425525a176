package headgate.softnet.tap;

/// How a host's traffic is captured. What the kernel refuses is refused here, at the door.
///
/// @param snaplen bytes of a frame that the capture keeps
/// @param socket what matters to [TapKind#RCVBUF]
/// @param ring what matters to [TapKind#TPACKET_V2] and [TapKind#TPACKET_V3]
/// @param slots what matters to [TapKind#PF_RING]
/// @param buffer what matters to [TapKind#WINPCAP], [TapKind#WINPCAP_OLD] and [TapKind#BPF]
/// @param readTimeoutMillis longest that a read waits for more than a packet, with
///   [TapKind#PF_RING], [TapKind#WINPCAP], [TapKind#WINPCAP_OLD] and [TapKind#BPF]: 1 or more, for
///   with 0 the last packets of a capture would wait forever
public record TapSettings(
        TapKind kind,
        int snaplen,
        SocketBuffer socket,
        TpacketReq ring,
        PfRingSlots slots,
        ReadBuffer buffer,
        int readTimeoutMillis,
        Reader reader) {

    /// libpcap's `MAXIMUM_SNAPLEN`.
    public static final int MAXIMUM_SNAPLEN = 262_144;

    /// Most bytes that all buffers of one tap may have: 1 GiB. Keeps what a tap can hold below
    /// [Tap#LIMIT] packets.
    public static final long MEMORY_MAX = 1L << 30;

    /// Nobody captures. The other settings are the kernel's and libpcap's defaults.
    public static final TapSettings OFF =
            new TapSettings(
                    TapKind.OFF,
                    MAXIMUM_SNAPLEN,
                    SocketBuffer.DEFAULT,
                    TpacketReq.LIBPCAP,
                    PfRingSlots.DEFAULT,
                    ReadBuffer.WINPCAP,
                    1000,
                    Reader.DEFAULT);

    public TapSettings {
        require(snaplen > 0 && snaplen <= MAXIMUM_SNAPLEN, "snaplen", snaplen, "1 to 262144");
        require(readTimeoutMillis > 0, "read_timeout_ms", readTimeoutMillis, "1 to 2147483647");
    }

    /// These settings with what differs from one run of the same capture to the next.
    public TapSettings with(long retirePhaseNanos, Reader newReader) {
        var newRing =
                new TpacketReq(
                        ring.blockSize(),
                        ring.blocks(),
                        ring.frameSize(),
                        ring.retireMillis(),
                        retirePhaseNanos,
                        ring.reserve());
        return new TapSettings(
                kind, snaplen, socket, newRing, slots, buffer, readTimeoutMillis, newReader);
    }

    public boolean isOff() {
        return kind == TapKind.OFF;
    }

    /// The memory of a socket without a ring.
    ///
    /// @param rcvbuf what `setsockopt(SO_RCVBUF)` is given: 0 to 2^30-1; the kernel doubles it, and
    ///   gives 2304 bytes at least
    /// @param truesize bytes that a frame is charged with, whatever its length: 256 to 2^20; or 0
    ///   for the sizes that the kernel's allocator rounds up to, see [PacketSocket#truesize]
    public record SocketBuffer(int rcvbuf, int truesize) {
        /// `net.core.rmem_default` of 212992 bytes, which is not doubled again.
        public static final SocketBuffer DEFAULT = new SocketBuffer(106_496, 0);

        static final int SOCK_MIN_RCVBUF = 2304;

        public SocketBuffer {
            require(rcvbuf >= 0 && rcvbuf < 1 << 30, "rcvbuf", rcvbuf, "0 to 1073741823");
            require(
                    truesize == 0 || truesize >= 256 && truesize <= 1 << 20,
                    "truesize",
                    truesize,
                    "256 to 1048576, or 0 for the kernel's own sizes");
        }

        /// `sk_rcvbuf` that follows.
        public long skRcvbuf() {
            return Math.max(SOCK_MIN_RCVBUF, 2L * rcvbuf);
        }
    }

    /// A ring shared with the reader (`struct tpacket_req3`, checked as `packet_set_ring` does).
    ///
    /// @param blockSize `tp_block_size` in bytes: a multiple of the page size
    /// @param blocks `tp_block_nr`
    /// @param frameSize `tp_frame_size` of TPACKET_V2 in bytes: a multiple of 16, 64 to `blockSize`
    /// @param retireMillis `tp_retire_blk_tov` of TPACKET_V3; 0 lets the kernel choose, which gives
    ///   8
    /// @param retirePhaseNanos how far into its period the retire timer is at time 0
    /// @param reserve `PACKET_RESERVE`: bytes left free before each frame, 0 to 2048
    public record TpacketReq(
            int blockSize,
            int blocks,
            int frameSize,
            int retireMillis,
            long retirePhaseNanos,
            int reserve) {
        static final int PAGE_SIZE = 4096;
        static final int TPACKET_ALIGNMENT = 16;

        /// `DEFAULT_PRB_RETIRE_TOV`, for links slower than 1 Gbit/s and those that do not say.
        static final int DEFAULT_PRB_RETIRE_TOV = 8;

        /// Least `tp_frame_size`: header and address of TPACKET_V2 are 52 bytes.
        static final int FRAME_SIZE_MIN = 64;

        /// Leaves room for a frame in the smallest block.
        static final int RESERVE_MAX = 2048;

        /// 2 MiB in blocks of its largest frame, room for a VLAN tag, `to_ms` 1000 as tcpdump asks
        /// for.
        public static final TpacketReq LIBPCAP = new TpacketReq(262_144, 8, 2048, 1000, 0, 4);

        public TpacketReq {
            require(
                    blockSize >= PAGE_SIZE && blockSize % PAGE_SIZE == 0,
                    "block_size",
                    blockSize,
                    "a multiple of the page size, 4096");
            require(
                    blocks > 0 && (long) blocks * blockSize <= MEMORY_MAX,
                    "blocks",
                    blocks,
                    "1 to " + MEMORY_MAX / blockSize + " of " + blockSize + " bytes");
            require(
                    frameSize >= FRAME_SIZE_MIN
                            && frameSize <= blockSize
                            && frameSize % TPACKET_ALIGNMENT == 0,
                    "frame_size",
                    frameSize,
                    "a multiple of 16, from 64 to block_size " + blockSize);
            require(retireMillis >= 0, "retire_ms", retireMillis, "0 to 2147483647");
            require(
                    retirePhaseNanos >= 0 && retirePhaseNanos < retireNanos(retireMillis),
                    "retire_phase_ns",
                    retirePhaseNanos,
                    "0 up to retire_ms, " + retireNanos(retireMillis));
            require(reserve >= 0 && reserve <= RESERVE_MAX, "tp_reserve", reserve, "0 to 2048");
        }

        int frames() {
            return blocks * (blockSize / frameSize);
        }

        long retireNanos() {
            return retireNanos(retireMillis);
        }

        private static long retireNanos(int millis) {
            return 1_000_000L * (millis == 0 ? DEFAULT_PRB_RETIRE_TOV : millis);
        }
    }

    /// The ring of PF_RING.
    ///
    /// @param minNumSlots `min_num_slots` of the module: packets of full length that the ring holds
    /// @param pollWatermark `min_num_poll_pkts`: packets that wake a sleeping reader
    public record PfRingSlots(int minNumSlots, int pollWatermark) {
        /// `MAX_CAPLEN`: bytes of a frame that a slot holds at most.
        static final int MAX_CAPLEN = 16_384;

        public static final PfRingSlots DEFAULT = new PfRingSlots(4096, 128);

        private static final int SLOTS_MAX = (int) (MEMORY_MAX / (2 * MAX_CAPLEN));

        public PfRingSlots {
            require(
                    minNumSlots > 1 && minNumSlots <= SLOTS_MAX,
                    "min_num_slots",
                    minNumSlots,
                    "2 to " + SLOTS_MAX);
            require(
                    pollWatermark > 0 && pollWatermark <= minNumSlots,
                    "poll_watermark",
                    pollWatermark,
                    "1 to min_num_slots " + minNumSlots);
        }
    }

    /// A buffer in the kernel that a read empties in one go.
    ///
    /// @param bytes of the kernel: `pcap_setbuff` of WinPcap; BIOCSBLEN of BPF, which has two of
    ///   them. 4096 to 2^29.
    /// @param userBytes of the program, for one read of WinPcap (`pcap_setuserbuffer`)
    /// @param minToCopy bytes that end a read of WinPcap before its time-out (`pcap_setmintocopy`)
    public record ReadBuffer(int bytes, int userBytes, int minToCopy) {
        /// wpcap's defaults.
        public static final ReadBuffer WINPCAP = new ReadBuffer(1_000_000, 256_000, 16_000);

        static final int BYTES_MIN = 4096;
        static final int BYTES_MAX = (int) (MEMORY_MAX / 2);

        public ReadBuffer {
            require(
                    bytes >= BYTES_MIN && bytes <= BYTES_MAX,
                    "buffer",
                    bytes,
                    "4096 to " + BYTES_MAX);
            require(
                    userBytes >= BYTES_MIN && userBytes <= BYTES_MAX,
                    "user_buffer",
                    userBytes,
                    "4096 to " + BYTES_MAX);
            require(minToCopy >= 0, "mintocopy", minToCopy, "0 to 2147483647");
        }
    }

    /// The program behind the socket.
    ///
    /// @param packetNanos reading and handling one packet, until the next can be read
    /// @param wakeupNanos from something to read until a sleeping reader has it
    public record Reader(long packetNanos, long wakeupNanos) {
        /// Bound of each cost: 100 s in nanoseconds.
        public static final long MAX = 100_000_000_000L;

        public static final Reader DEFAULT = new Reader(1_000, 50_000);

        public Reader {
            require(
                    packetNanos >= 0 && packetNanos <= MAX,
                    "reader_ns",
                    packetNanos,
                    "0 to 100000000000");
            require(
                    wakeupNanos >= 0 && wakeupNanos <= MAX,
                    "reader_wakeup_ns",
                    wakeupNanos,
                    "0 to 100000000000");
        }
    }

    private static void require(boolean isAllowed, String key, long value, String allowed) {
        if (!isAllowed) {
            throw new IllegalArgumentException(
                    "%s=%d is not allowed: %s".formatted(key, value, allowed));
        }
    }
}
