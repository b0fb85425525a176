package headgate.forwarding;

/// What the options of a first segment of TCP ask for, and the options of the answer (kernel:
/// `tcp_parse_options`, `tcp_synack_options`, `tcp_select_initial_window`). The answer's own time
/// stamp is drawn at random: here it is 0. Reused.
final class SynOptions {
    private static final int END = 0;
    private static final int NO_OPERATION = 1;
    private static final int SEGMENT_SIZE = 2;
    private static final int SCALE = 3;
    private static final int SELECTIVE = 4;
    private static final int TIMESTAMP = 8;
    private static final int FAST_OPEN = 34;

    private static final int TIMESTAMP_LENGTH = 10;

    /// Bytes that a time stamp takes of every segment.
    private static final int TIMESTAMP_SPACE = 12;

    /// RFC 7323, section 2.3.
    private static final int MOST_SCALE = 14;

    private static final int LARGEST_WINDOW = 65535;
    private static final long LARGEST_SPACE = (long) LARGEST_WINDOW << MOST_SCALE;

    /// Bit of `tcp_fastopen` that lets listeners take data of first segments.
    private static final int FAST_OPEN_SERVER = 2;

    private static final int ALWAYS_COOKIES = 2;

    /// `tcp_ecn` from which on listeners agree to accurate ECN as well.
    private static final int ACCURATE_ECN = 3;

    private static final int ECN = 3;

    /// ECE and CWR.
    private static final int ECN_SETUP = 0xc0;

    /// The bit before them.
    private static final int ACCURATE = 0x100;

    private final Decision decision;

    private boolean scales;
    private boolean selective;
    private boolean stamped;
    private int stamp;
    private boolean opensFast;

    SynOptions(Decision decision) {
        this.decision = decision;
    }

    private long sysctl(String key, long usual) {
        return decision.host.sysctl(key, usual);
    }

    /// Whether the answer agrees to ECN (RFC 3168 section 6.1.1; kernel: `tcp_ecn_create_request`).
    ///
    /// @param flags those of TCP, with the bit before them
    /// @param tos of the packet: a first segment that is marked itself asks for nothing
    boolean agreesToEcn(int flags, int tos) {
        boolean asks = (flags & ECN_SETUP) == ECN_SETUP;
        boolean marked = (tos & ECN) != 0 && (flags & ACCURATE) == 0;
        return asks && !marked && sysctl("net.ipv4.tcp_ecn", 2) != 0;
    }

    /// Type of service of the answer: 0, or with `tcp_reflect_tos` that of the packet.
    int answerTos(int tos) {
        return sysctl("net.ipv4.tcp_reflect_tos", 0) == 1 ? tos & ~ECN : 0;
    }

    /// Reads the options from `from` to `to`, as far as they are sound.
    ///
    /// @return why the answer cannot be told; null if it can
    String read(Skb skb, int from, int to) {
        boolean accurate = (skb.u8(from - 8) & 1) != 0;
        if (accurate && sysctl("net.ipv4.tcp_ecn", 2) >= ACCURATE_ECN) {
            return "first segments that ask for accurate ECN";
        }
        scales = selective = stamped = opensFast = false;
        stamp = 0;
        int length;
        for (int at = from; at < to && skb.u8(at) != END; at += length) {
            int kind = skb.u8(at);
            length = kind == NO_OPERATION ? 1 : to - at < 2 ? 0 : skb.u8(at + 1);
            if (length == 0 || length == 1 && kind != NO_OPERATION || length > to - at) {
                break;
            }
            take(skb, at, kind, length);
        }
        if (sysctl("net.ipv4.tcp_syncookies", 1) == ALWAYS_COOKIES && !stamped) {
            scales = selective = false;
        }
        if (opensFast && (sysctl("net.ipv4.tcp_fastopen", 1) & FAST_OPEN_SERVER) != 0) {
            return "first segments with data (TCP Fast Open)";
        }
        return scales && buffer(2) < 0 ? "net.ipv4.tcp_rmem is not in the snapshot" : null;
    }

    private void take(Skb skb, int at, int kind, int length) {
        switch (kind) {
            case SCALE -> scales |= length == 3 && isOn("net.ipv4.tcp_window_scaling");
            case SELECTIVE -> selective |= length == 2 && isOn("net.ipv4.tcp_sack");
            case TIMESTAMP -> {
                if (length == TIMESTAMP_LENGTH && isOn("net.ipv4.tcp_timestamps")) {
                    stamped = true;
                    stamp = skb.i32(at + 2);
                }
            }
            case FAST_OPEN -> opensFast = true;
            default -> {}
        }
    }

    private boolean isOn(String key) {
        return sysctl(key, 1) != 0;
    }

    /// One of the three sizes of receive buffers; -1 if it is not known.
    private long buffer(int which) {
        return decision.host.sysctl("net.ipv4.tcp_rmem." + which);
    }

    /// Bytes of the answer's options.
    int answerLength() {
        return 4 + (stamped ? TIMESTAMP_SPACE : selective ? 4 : 0) + (scales ? 4 : 0);
    }

    /// Writes the answer's options.
    ///
    /// @param mss what the host takes in one segment
    void writeAnswer(Skb own, int at, int mss) {
        own.put32(at, SEGMENT_SIZE << 24 | 4 << 16 | mss);
        int next = at + 4;
        int allowed = SELECTIVE << 24 | 2 << 16;
        int nothing = NO_OPERATION << 24 | NO_OPERATION << 16;
        if (stamped) {
            own.put32(next, (selective ? allowed : nothing) | TIMESTAMP << 8 | TIMESTAMP_LENGTH);
            own.put32(next + 4, 0);
            own.put32(next + 8, stamp);
            next += TIMESTAMP_SPACE;
        } else if (selective) {
            own.put32(next, nothing | allowed >>> 16);
            next += 4;
        }
        if (scales) {
            own.put32(next, NO_OPERATION << 24 | SCALE << 16 | 3 << 8 | scale());
        }
    }

    /// The window that the answer offers: whole segments of half the receive buffer.
    int window(int mss) {
        int segment = mss - (stamped ? TIMESTAMP_SPACE : 0);
        long space = space();
        return (int) Math.min(LARGEST_WINDOW, space > segment ? space / segment * segment : space);
    }

    private long space() {
        long buffer = buffer(1);
        return buffer < 0 ? LARGEST_WINDOW + 1 : Math.min(buffer / 2, LARGEST_SPACE);
    }

    /// What makes the largest window that the buffer may grow to fit into 16 bits.
    private int scale() {
        long most = Math.max(buffer(2), Math.max(space(), sysctl("net.core.rmem_max", 0)));
        most = Math.min(most, LARGEST_SPACE);
        int bits = 63 - Long.numberOfLeadingZeros(Math.max(1, most));
        return Math.clamp(bits - 15, 0, MOST_SCALE);
    }
}
