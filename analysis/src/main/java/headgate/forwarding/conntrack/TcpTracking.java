package headgate.forwarding.conntrack;

import headgate.forwarding.conntrack.NfPacket.Presence;
import java.nio.ByteBuffer;

/// What connection tracking makes of TCP segments: which state they bring a connection to, and
/// whether they lie within what the other side can take (kernel: `nf_conntrack_proto_tcp.c`; van
/// Rooij, "Real Stateful TCP Packet Filtering in IP Filter").
final class TcpTracking {
    /// What becomes of a segment.
    enum Answer {
        ACCEPT,

        /// It belongs to no connection.
        INVALID,

        /// The connection has ended: look it up again as a new one.
        REPEAT
    }

    /// Numbered as the kernel numbers them; those below TIME_WAIT are alive.
    static final int NONE = 0;

    static final int SYN_SENT = 1;
    static final int SYN_RECV = 2;
    static final int ESTABLISHED = 3;
    static final int FIN_WAIT = 4;
    static final int CLOSE_WAIT = 5;
    static final int LAST_ACK = 6;
    static final int TIME_WAIT = 7;
    static final int CLOSE = 8;
    static final int SYN_SENT2 = 9;

    /// The segment says nothing about the connection: it passes.
    private static final int IGNORE = 10;

    private static final int INVALID = 11;

    /// What a segment is by its flags.
    private static final int SYN = 0;

    private static final int SYN_ACK = 1;
    private static final int FIN = 2;
    private static final int ACK = 3;
    private static final int RST = 4;
    private static final int OTHER = 5;

    private static final int FLAG_FIN = 1;
    private static final int FLAG_SYN = 2;
    private static final int FLAG_RST = 4;
    private static final int FLAG_ACK = 16;
    private static final int FLAG_URG = 32;

    private static final int SCALES = 1;
    private static final int SACKS = 2;
    private static final int CLOSED_FIRST = 4;
    private static final int LIBERAL = 8;
    private static final int UNACKNOWLEDGED = 16;
    private static final int HAS_MAX_ACK = 32;
    private static final int EXPECTS_CHALLENGE = 64;
    private static final int BOTH_OPENED = 128;

    private static final int LARGEST_SCALE = 14;
    private static final int LEAST_ACK_WINDOW = 66_000;
    private static final int HEADER = 20;

    /// New states of a direction, by kind of segment and then by old state: one letter each, `I`
    /// ignored, `-` invalid.
    private static final String[] STATES = {
        // The side that opened: NONE SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT CLOSE_WAIT LAST_ACK
        // TIME_WAIT CLOSE SYN_SENT2.
        "1 1 I I I I I 1 1 9",
        "- - 2 - - - - - - 2",
        "- - 4 4 6 6 6 7 8 -",
        "3 - 3 3 5 5 7 7 8 -",
        "- 8 8 8 8 8 8 8 8 8",
        "- - - - - - - - - -",
        // The side that answers.
        "- 9 - - - - - 1 - 9",
        "- 2 I I I I I I I 2",
        "- - 4 4 6 6 6 7 8 -",
        "- I 2 3 5 5 7 7 8 I",
        "- 8 8 8 8 8 8 8 8 8",
        "- - - - - - - - - -"
    };

    private static final byte[] NEXT = new byte[STATES.length * 10];

    static {
        for (int row = 0; row < STATES.length; row++) {
            String[] letters = STATES[row].split(" ");
            for (int old = 0; old < letters.length; old++) {
                NEXT[row * 10 + old] =
                        (byte)
                                switch (letters[old]) {
                                    case "I" -> IGNORE;
                                    case "-" -> INVALID;
                                    default -> Integer.parseInt(letters[old]);
                                };
            }
        }
    }

    /// One side of a connection, by what it sent.
    private static final class Side {
        /// Sequence number behind the last byte that it sent.
        int end;

        /// Highest sequence number that the other side can take from it.
        int maxEnd;

        /// Largest window that it offered; 0 before it sent anything.
        int maxWindow;

        int maxAck;
        int scale;
        int flags;

        void clear() {
            end = maxEnd = maxWindow = maxAck = scale = flags = 0;
        }
    }

    /// What is known of one connection.
    static final class State {
        static final int BYTES = 2 * 24 + 9 * 4;

        int state = NONE;
        private final Side[] sides = {new Side(), new Side()};
        private int lastKind = OTHER;
        private int lastDirection;
        private int lastSequence;
        private int lastAck;
        private int lastEnd;
        private int lastWindow;
        private int lastScale;
        private int lastFlags;
        private int retransmissions;

        void write(ByteBuffer to) {
            to.putInt(state | lastKind << 8 | lastDirection << 16 | lastScale << 24);
            to.putInt(lastSequence).putInt(lastAck).putInt(lastEnd).putInt(lastWindow);
            to.putInt(lastFlags).putInt(retransmissions);
            for (Side side : sides) {
                to.putInt(side.end).putInt(side.maxEnd).putInt(side.maxWindow);
                to.putInt(side.maxAck).putInt(side.scale).putInt(side.flags);
            }
        }

        void read(ByteBuffer from) {
            int first = from.getInt();
            state = Math.min(first & 0xff, SYN_SENT2);
            lastKind = Math.min(first >>> 8 & 0xff, OTHER);
            lastDirection = first >>> 16 & 1;
            lastScale = first >>> 24 & 15;
            lastSequence = from.getInt();
            lastAck = from.getInt();
            lastEnd = from.getInt();
            lastWindow = from.getInt();
            lastFlags = from.getInt();
            retransmissions = from.getInt();
            for (Side side : sides) {
                side.end = from.getInt();
                side.maxEnd = from.getInt();
                side.maxWindow = from.getInt();
                side.maxAck = from.getInt();
                side.scale = from.getInt() & 15;
                side.flags = from.getInt();
            }
        }

        /// Whether the connection is coming to its end, so that it may make room for others.
        boolean isClosing() {
            return state >= FIN_WAIT && state <= CLOSE;
        }
    }

    private final ConntrackSettings settings;

    // The segment at hand.
    private NfPacket packet;
    private int flags;
    private int sequence;
    private int acknowledgment;
    private int window;
    private int end;
    private int highestSack;
    private final Side options = new Side();

    TcpTracking(ConntrackSettings settings) {
        this.settings = settings;
    }

    /// Whether the header is sound: its length, and flags that can stand together. PSH, ECE and CWR
    /// may stand with all of them.
    boolean isSound(NfPacket packet) {
        int at = packet.transport;
        if (packet.presence(at, HEADER) != Presence.HERE) {
            return false;
        }
        int header = (packet.u8(at + 12) >>> 4) * 4;
        if (header < HEADER || packet.length - at < header) {
            return false;
        }
        return switch (packet.u8(at + 13)
                & (FLAG_FIN | FLAG_SYN | FLAG_RST | FLAG_ACK | FLAG_URG)) {
            case FLAG_SYN,
                    FLAG_SYN | FLAG_URG,
                    FLAG_SYN | FLAG_ACK,
                    FLAG_RST,
                    FLAG_RST | FLAG_ACK,
                    FLAG_FIN | FLAG_ACK,
                    FLAG_FIN | FLAG_ACK | FLAG_URG,
                    FLAG_ACK,
                    FLAG_ACK | FLAG_URG ->
                    true;
            default -> false;
        };
    }

    private void read(NfPacket packet) {
        this.packet = packet;
        int at = packet.transport;
        flags = packet.u8(at + 13);
        sequence = packet.i32(at + 4);
        acknowledgment = packet.i32(at + 8);
        window = packet.u16(at + 14);
        int data = packet.length - at - (packet.u8(at + 12) >>> 4) * 4;
        end = sequence + data + (has(FLAG_SYN) ? 1 : 0) + (has(FLAG_FIN) ? 1 : 0);
    }

    private boolean has(int flag) {
        return (flags & flag) != 0;
    }

    private int kind() {
        if (has(FLAG_RST)) {
            return RST;
        }
        if (has(FLAG_SYN)) {
            return has(FLAG_ACK) ? SYN_ACK : SYN;
        }
        return has(FLAG_FIN) ? FIN : has(FLAG_ACK) ? ACK : OTHER;
    }

    private static int next(int direction, int kind, int old) {
        return NEXT[(direction * 6 + kind) * 10 + old];
    }

    /// Begins a connection with its first segment, which may come from the middle of it.
    ///
    /// @return false if no connection begins so
    boolean begin(NfConn connection, NfPacket packet) {
        read(packet);
        int state = next(0, kind(), NONE);
        if (state >= IGNORE) {
            return false;
        }
        var tcp = new State();
        connection.tcp = tcp;
        Side opener = tcp.sides[0];
        opener.end = end;
        opener.maxWindow = Math.max(1, window);
        opener.maxEnd = end;
        if (state == SYN_SENT) {
            readOptions(opener);
            return true;
        }
        if (!settings.tcpLoose()) {
            return false;
        }
        opener.maxEnd += opener.maxWindow;
        opener.flags = tcp.sides[1].flags = SACKS | LIBERAL;
        return true;
    }

    /// Takes a segment of the connection.
    ///
    /// @param direction 0 from the side that opened, 1 from the other
    Answer take(NfConn connection, NfPacket packet, int direction, Conntrack table) {
        read(packet);
        State tcp = connection.tcp;
        int kind = kind();
        int old = tcp.state;
        int state = next(direction, kind, old);
        boolean skipWindow = false;
        switch (state) {
            case INVALID -> {
                return Answer.INVALID;
            }
            case SYN_SENT -> {
                if (old >= TIME_WAIT) {
                    boolean aborted = tcp.lastDirection == direction && tcp.lastKind == RST;
                    int closed = tcp.sides[0].flags | tcp.sides[1].flags;
                    if ((closed & CLOSED_FIRST) != 0 || aborted) {
                        return Answer.REPEAT;
                    }
                    state = IGNORE;
                }
            }
            case TIME_WAIT -> {
                if (isChallengeAck(tcp, old, kind, direction)) {
                    tcp.lastFlags &= ~EXPECTS_CHALLENGE;
                    return Answer.ACCEPT;
                }
            }
            case SYN_SENT2 -> tcp.lastFlags |= BOTH_OPENED;
            case SYN_RECV -> {
                if (direction == 1 && kind == ACK && (tcp.lastFlags & BOTH_OPENED) != 0) {
                    state = ESTABLISHED;
                }
            }
            case CLOSE -> {
                if (kind == RST) {
                    int checked = checkReset(connection, tcp, direction, old);
                    if (checked == INVALID) {
                        return Answer.INVALID;
                    }
                    skipWindow = checked == IGNORE;
                    state = skipWindow ? CLOSE : checked;
                }
            }
            default -> {}
        }
        if (state == IGNORE) {
            if (!synchronizes(tcp, kind, direction)) {
                note(tcp, kind, direction, old);
                table.touch(connection);
                return Answer.ACCEPT;
            }
            state = SYN_RECV;
            old = SYN_SENT;
        }
        table.touch(connection);
        if (!skipWindow) {
            switch (window(tcp, direction, kind)) {
                case IGNORE -> {
                    return Answer.ACCEPT;
                }
                case INVALID -> {
                    return Answer.INVALID;
                }
                default -> {}
            }
        }
        settle(connection, tcp, direction, kind, old, state, table);
        return Answer.ACCEPT;
    }

    private static boolean isChallengeAck(State tcp, int old, int kind, int direction) {
        return old == LAST_ACK
                && kind == ACK
                && tcp.lastDirection != direction
                && tcp.lastKind == SYN
                && (tcp.lastFlags & EXPECTS_CHALLENGE) != 0;
    }

    /// Whether a SYN-ACK acknowledges a SYN that was passed without being believed: then both ends
    /// agree, and tracking takes over what they say.
    private boolean synchronizes(State tcp, int kind, int direction) {
        if (kind != SYN_ACK
                || tcp.lastKind != SYN
                || tcp.lastDirection == direction
                || acknowledgment != tcp.lastEnd) {
            return false;
        }
        Side other = tcp.sides[tcp.lastDirection];
        other.end = other.maxEnd = tcp.lastEnd;
        other.maxWindow = Math.max(1, tcp.lastWindow);
        other.scale = tcp.lastScale;
        other.flags = tcp.lastFlags;
        tcp.sides[direction].clear();
        return true;
    }

    /// Remembers a segment that is passed without being believed.
    private void note(State tcp, int kind, int direction, int old) {
        tcp.lastKind = kind;
        tcp.lastDirection = direction;
        tcp.lastSequence = sequence;
        tcp.lastEnd = end;
        tcp.lastWindow = window;
        if (kind == SYN && direction == 0) {
            options.clear();
            readOptions(options);
            tcp.lastFlags = options.flags & (SCALES | SACKS);
            tcp.lastScale = options.scale;
            tcp.lastFlags |= old == LAST_ACK ? EXPECTS_CHALLENGE : 0;
        }
        if (kind == ACK && direction == 1 && old == SYN_SENT) {
            tcp.lastAck = acknowledgment;
        }
    }

    /// A reset must fit what its sender sent (RFC 5961 section 3); one that fits only roughly
    /// leaves the connection open.
    ///
    /// @return the new state; IGNORE if the window is not to be looked at
    private int checkReset(NfConn connection, State tcp, int direction, int old) {
        if (tcp.isClosing()) {
            return IGNORE;
        }
        int state = CLOSE;
        Side other = tcp.sides[1 - direction];
        boolean established = tcp.state == ESTABLISHED;
        if ((other.flags & HAS_MAX_ACK) != 0 && tcp.lastKind != SYN) {
            if (sequence == 0 && !established) {
                return CLOSE;
            }
            if (sequence - other.maxAck < 0 && !settings.tcpIgnoreInvalidRst()) {
                return INVALID;
            }
            boolean endsTrain =
                    tcp.lastKind == ACK
                            && tcp.lastDirection == direction
                            && sequence == tcp.lastEnd;
            if (!established || sequence == other.maxAck || endsTrain) {
                return CLOSE;
            }
            state = old;
        }
        boolean answersPassedSegment =
                (connection.has(NfConn.SEEN_REPLY) && tcp.lastKind == SYN
                                || !connection.has(NfConn.ASSURED) && tcp.lastKind == ACK)
                        && acknowledgment == tcp.lastEnd;
        return answersPassedSegment ? IGNORE : state;
    }

    /// Whether the segment lies within the windows, and what it changes about them.
    ///
    /// @return ACK if it does; IGNORE if it is old; INVALID
    private int window(State tcp, int direction, int kind) {
        Side sender = tcp.sides[direction];
        Side receiver = tcp.sides[1 - direction];
        int seq = sequence;
        int last = end;
        int ack = acknowledgment;
        highestSack = ack;
        if ((receiver.flags & SACKS) != 0) {
            readSack();
        }
        int sack = highestSack;
        if (sender.maxWindow == 0) {
            if (has(FLAG_SYN)) {
                takeSyn(sender, receiver);
                if (!has(FLAG_ACK)) {
                    return ACK;
                }
            } else {
                sender.end = last;
                sender.maxWindow = Math.max(1, window << sender.scale);
                sender.maxEnd = last + sender.maxWindow;
                if (receiver.maxWindow == 0) {
                    receiver.end = receiver.maxEnd = sack;
                } else if (sack == receiver.end + 1) {
                    receiver.end++;
                }
            }
        } else if ((tcp.state == SYN_SENT && direction == 0
                        || tcp.state == SYN_RECV && direction == 1)
                && last - sender.end > 0) {
            takeSyn(sender, receiver);
            if (has(FLAG_SYN) && !has(FLAG_ACK)) {
                return ACK;
            }
        }
        if (!has(FLAG_ACK) || has(FLAG_RST) && ack == 0) {
            ack = sack = receiver.end;
        }
        if (has(FLAG_RST) && seq == 0 && tcp.state == SYN_SENT) {
            seq = last = sender.end;
        }
        int misfit = misfit(sender, receiver, seq, last, sack);
        if (misfit != ACK) {
            return (sender.flags & LIBERAL) != 0 || settings.tcpLiberal() ? ACK : misfit;
        }
        moveWindows(tcp, direction, kind, seq, last, ack, sack);
        return ACK;
    }

    private void takeSyn(Side sender, Side receiver) {
        sender.end = sender.maxEnd = end;
        sender.maxWindow = Math.max(1, window);
        sender.scale = sender.flags = 0;
        readOptions(sender);
        if ((sender.flags & receiver.flags & SCALES) == 0) {
            sender.scale = receiver.scale = 0;
        }
    }

    private static int misfit(Side sender, Side receiver, int seq, int last, int sack) {
        boolean inWindow =
                receiver.maxWindow == 0 || last - (sender.end - receiver.maxWindow - 1) > 0;
        int ackWindow = Math.max(sender.maxWindow, LEAST_ACK_WINDOW);
        boolean recentAck = sack - (receiver.end - ackWindow - 1) > 0;
        boolean knownAck = sack - (receiver.end + 1) < 0;
        if (seq - (sender.maxEnd + 1) >= 0) {
            int beyond = last - sender.maxEnd + 1;
            if (inWindow
                    && recentAck
                    && knownAck
                    && Integer.compareUnsigned(beyond, receiver.maxWindow) <= 0) {
                sender.end = last;
                sender.flags |= UNACKNOWLEDGED;
                return IGNORE;
            }
            return INVALID;
        }
        if (!knownAck) {
            return INVALID;
        }
        return inWindow && recentAck ? ACK : IGNORE;
    }

    private void moveWindows(
            State tcp, int direction, int kind, int seq, int last, int ack, int sack) {
        Side sender = tcp.sides[direction];
        Side receiver = tcp.sides[1 - direction];
        int offered = has(FLAG_SYN) ? window : window << sender.scale;
        int reach = offered + (sack - ack);
        if (Integer.compareUnsigned(sender.maxWindow, reach) < 0) {
            sender.maxWindow = reach;
        }
        if (last - sender.end > 0) {
            sender.end = last;
            sender.flags |= UNACKNOWLEDGED;
        }
        if (has(FLAG_ACK) && ((sender.flags & HAS_MAX_ACK) == 0 || ack - sender.maxAck > 0)) {
            sender.maxAck = ack;
            sender.flags |= HAS_MAX_ACK;
        }
        if (receiver.maxWindow != 0 && last - sender.maxEnd > 0) {
            receiver.maxWindow += last - sender.maxEnd;
        }
        if (sack + offered - (receiver.maxEnd - 1) > 0) {
            receiver.maxEnd = sack + offered + (offered == 0 ? 1 : 0);
        }
        if (ack == receiver.end) {
            receiver.flags &= ~UNACKNOWLEDGED;
        }
        if (kind == ACK) {
            countRetransmission(tcp, direction, seq, last, ack, offered);
        }
    }

    private static void countRetransmission(
            State tcp, int direction, int seq, int last, int ack, int offered) {
        if (tcp.lastDirection == direction
                && tcp.lastSequence == seq
                && tcp.lastAck == ack
                && tcp.lastEnd == last
                && tcp.lastWindow == offered) {
            tcp.retransmissions++;
            return;
        }
        tcp.lastDirection = direction;
        tcp.lastSequence = seq;
        tcp.lastAck = ack;
        tcp.lastEnd = last;
        tcp.lastWindow = offered;
        tcp.retransmissions = 0;
    }

    private void settle(
            NfConn connection,
            State tcp,
            int direction,
            int kind,
            int old,
            int state,
            Conntrack table) {
        tcp.lastKind = kind;
        tcp.lastDirection = direction;
        tcp.state = state;
        if (old != state && state == FIN_WAIT) {
            tcp.sides[direction].flags |= CLOSED_FIRST;
        }
        int seconds = timeout(tcp, state);
        if (!connection.has(NfConn.SEEN_REPLY)) {
            if (has(FLAG_RST) && connection.isConfirmed()) {
                table.remove(connection);
                return;
            }
            if (kind == SYN && old == SYN_SENT) {
                return;
            }
            if (state == ESTABLISHED) {
                seconds = Math.min(seconds, settings.tcpTimeoutUnacknowledged());
            }
        } else if (!connection.has(NfConn.ASSURED)
                && (old == SYN_RECV || old == ESTABLISHED)
                && state == ESTABLISHED) {
            connection.status |= NfConn.ASSURED;
        }
        table.refresh(connection, seconds);
    }

    private int timeout(State tcp, int state) {
        int seconds = settings.tcpTimeouts()[state];
        boolean unacknowledged = ((tcp.sides[0].flags | tcp.sides[1].flags) & UNACKNOWLEDGED) != 0;
        if (tcp.retransmissions >= settings.tcpMaxRetrans()) {
            return Math.min(seconds, settings.tcpTimeoutRetrans());
        }
        if (tcp.lastWindow == 0) {
            return Math.min(seconds, settings.tcpTimeoutRetrans());
        }
        return unacknowledged ? Math.min(seconds, settings.tcpTimeoutUnacknowledged()) : seconds;
    }

    private void readOptions(Side side) {
        int at = packet.transport + HEADER;
        int limit = packet.transport + (packet.u8(packet.transport + 12) >>> 4) * 4;
        while (packet.presence(at, 1) == Presence.HERE && at < limit) {
            int kind = packet.u8(at);
            if (kind == 0) {
                return;
            }
            if (kind == 1) {
                at++;
                continue;
            }
            int length = optionLength(at, limit);
            if (length < 0) {
                return;
            }
            if (kind == 4 && length == 2) {
                side.flags |= SACKS;
            } else if (kind == 3 && length == 3) {
                side.scale = Math.min(LARGEST_SCALE, packet.u8(at + 2));
                side.flags |= SCALES;
            }
            at += length;
        }
    }

    /// @return -1 if the option does not lie within the header, or not within the capture
    private int optionLength(int at, int limit) {
        if (at + 1 >= limit || packet.presence(at, 2) != Presence.HERE) {
            return -1;
        }
        int length = packet.u8(at + 1);
        boolean fits = length >= 2 && at + length <= limit;
        return fits && packet.presence(at, length) == Presence.HERE ? length : -1;
    }

    /// The highest sequence number that selective acknowledgements reach (RFC 2018).
    private void readSack() {
        int at = packet.transport + HEADER;
        int limit = packet.transport + (packet.u8(packet.transport + 12) >>> 4) * 4;
        while (packet.presence(at, 1) == Presence.HERE && at < limit) {
            int kind = packet.u8(at);
            if (kind == 0) {
                return;
            }
            if (kind == 1) {
                at++;
                continue;
            }
            int length = optionLength(at, limit);
            if (length < 0) {
                return;
            }
            if (kind == 5 && length >= 10 && (length - 2) % 8 == 0) {
                for (int block = at + 2; block < at + length; block += 8) {
                    int right = packet.i32(block + 4);
                    highestSack = right - highestSack > 0 ? right : highestSack;
                }
                return;
            }
            at += length;
        }
    }
}
