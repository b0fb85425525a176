package headgate.flow;

import headgate.packet.Frame;

/// Follows one TCP connection through the segments of both sides.
///
/// States of a side, letters of the history and sizes by sequence number are Zeek's, so that
/// records read like its conn.log (base/protocols/conn, `connection_state` and `history`); what it
/// reports as "weird" leaves no trace here. Sequence numbers are compared as RFC 9293, section 3.4,
/// says: by the sign of their difference.
final class TcpTracker {
    static final int INACTIVE = 0;
    static final int SYN_SENT = 1;
    static final int SYN_ACK_SENT = 2;

    /// Taken up in the middle: the first segment seen was no SYN.
    static final int PARTIAL = 3;

    static final int ESTABLISHED = 4;
    static final int CLOSED = 5;
    static final int RESET = 6;

    static final int FIN = 0x001;
    static final int SYN = 0x002;
    static final int RST = 0x004;
    static final int ACK = 0x010;

    /// The two flags that tell the segments of a handshake apart.
    static final int OPENING = SYN | ACK;

    private static final int ALL_FLAGS = 0xfff;

    /// Without options.
    static final int HEADER_LENGTH = 20;

    /// A SYN or RST further away from the numbers seen so far is not believed.
    private static final int MAX_JUMP = 1 << 20;

    /// The largest shift that RFC 7323, section 2.3, allows.
    private static final int MAX_WINDOW_SCALE = 14;

    // Bits of the word TCP.
    private static final int STATE_BEFORE_SHIFT = 3;
    private static final int FLAGS_SHIFT = 6;
    private static final int MSS_SHIFT = 18;
    private static final int SCALE_SHIFT = 34;
    private static final long DID_CLOSE = 1L << 39;
    private static final long FIN_SEEN = 1L << 40;
    private static final int LETTERS_SHIFT = 41;
    private static final int ZERO_WINDOWS_SHIFT = 48;

    // Letters that are noted once, or again only at another sequence number.
    private static final int LETTER_SYN = 1;
    private static final int LETTER_FIN = 1 << 1;
    private static final int LETTER_RST = 1 << 2;
    private static final int LETTER_DATA = 1 << 3;
    private static final int LETTER_ACK = 1 << 4;
    private static final int LETTER_SYN_WITH_OTHERS = 1 << 5;
    private static final int LETTER_FIN_WITH_RST = 1 << 6;

    // Bits of the word MARKS.
    private static final int SYN_MARK_SHIFT = 0;
    private static final int FIN_MARK_SHIFT = 16;
    private static final int RST_MARK_SHIFT = 32;
    private static final int GAPS_SHIFT = 48;

    private final TcpAnalysis analysis = new TcpAnalysis();
    private FlowRow row;
    private boolean detailed;
    private int side;
    private int peer;
    private int flags;
    private int payload;
    private int first;

    /// One past the last sequence number that the segment takes.
    private int end;

    /// Takes one segment of `side` into the row.
    void onSegment(FlowRow row, int side, Frame frame, long nanos) {
        this.row = row;
        this.side = side;
        this.peer = 1 - side;
        flags = frame.tcpFlags() & ALL_FLAGS;
        payload = Math.max(frame.payloadLength, 0);
        first = frame.sequenceNumber();
        // What a reset carries is no part of the stream.
        end = first + (has(RST) ? 0 : payload) + (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0);

        detailed = row.hasDetail();
        if (detailed) {
            analysis.begin(row.detail, side, flags, nanos);
        }
        if (flagsSeen(row, side) == 0) {
            row.tcp.setInitialWindow(side, frame.window());
        }
        boolean again = has(SYN) && isNumbered(row, side) && first == start(row, side);
        boolean fresh = beginNumbering();
        noteLetters();
        noteZeroWindow(frame.window());
        noteFlagsAndOptions(frame);
        if (has(ACK)) {
            onAcknowledgment(frame);
        }
        if (detailed && takesNumbers()) {
            timeSegment(fresh, again);
        }
        advance(fresh, frame);
        enterState();
        followEdge(frame.isFragment());
        if (has(ACK) && !has(RST)) {
            closeGap(frame.acknowledgmentNumber());
        }
        timeHandshake(nanos);
    }

    /// Whether a segment begins another connection between the same ports: a SYN without ACK that
    /// starts at another sequence number than its side did, or one after both sides had closed.
    static boolean beginsAnother(FlowRow row, int side, Frame frame) {
        if ((frame.tcpFlags() & OPENING) != SYN) {
            return false;
        }
        if (didClose(row, 0) && didClose(row, 1)) {
            return true;
        }
        return isNumbered(row, side) && frame.sequenceNumber() != start(row, side);
    }

    /// The same by Zeek's rule: a SYN of either side that is not the one by which the originator
    /// began, or any after a side has closed; where only the responder was seen, its SYN/ACK too.
    static boolean beginsAnotherForZeek(FlowRow row, Frame frame) {
        boolean answer = (frame.tcpFlags() & ACK) != 0;
        if ((frame.tcpFlags() & SYN) == 0 || answer && state(row, FlowRow.ORIGINATOR) != INACTIVE) {
            return false;
        }
        if (didClose(row, 0) || didClose(row, 1)) {
            return true;
        }
        int began = answer ? FlowRow.RESPONDER : FlowRow.ORIGINATOR;
        boolean behindItsAnswer =
                !answer
                        && state(row, FlowRow.ORIGINATOR) == SYN_ACK_SENT
                        && state(row, FlowRow.RESPONDER) == INACTIVE
                        && frame.sequenceNumber() == start(row, FlowRow.RESPONDER);
        return frame.sequenceNumber() != start(row, began) && !behindItsAnswer;
    }

    /// Where the payload of a segment, taken into the row, is in its side's stream of bytes.
    static int offsetInStream(FlowRow row, int side, Frame frame) {
        int first = frame.sequenceNumber() + ((frame.tcpFlags() & SYN) != 0 ? 1 : 0);
        return first - start(row, side) - 1;
    }

    /// Whether the one segment that a side has sent takes sequence numbers.
    static boolean takesNumbers(FlowRow row, int side) {
        int flags = flagsSeen(row, side);
        return (flags & RST) == 0
                && ((flags & (SYN | FIN)) != 0 || row.get(FlowRow.PAYLOAD_BYTES + side) > 0);
    }

    /// Whether the side's first byte is known by its SYN.
    static boolean hasStart(FlowRow row, int side) {
        return (flagsSeen(row, side) & SYN) != 0;
    }

    // ---- What the row says ----

    static int state(FlowRow row, int side) {
        return (int) row.tcp.get(TcpRow.TCP + side) & 7;
    }

    private static int stateBefore(FlowRow row, int side) {
        return (int) row.tcp.bits(TcpRow.TCP + side, STATE_BEFORE_SHIFT, 3);
    }

    private static boolean didClose(FlowRow row, int side) {
        return (row.tcp.get(TcpRow.TCP + side) & DID_CLOSE) != 0;
    }

    /// Whether nothing more is to be expected: both closed, one reset, or one closed that had no
    /// partner.
    static boolean isOver(FlowRow row) {
        return isOver(row, 0) || isOver(row, 1);
    }

    private static boolean isOver(FlowRow row, int side) {
        return didClose(row, side)
                && (state(row, side) == RESET
                        || didClose(row, 1 - side)
                        || state(row, 1 - side) == INACTIVE);
    }

    /// Whether a segment, not yet taken into the row, only acknowledges after both sides have
    /// closed.
    static boolean isFarewell(FlowRow row, Frame frame) {
        return didClose(row, 0)
                && didClose(row, 1)
                && frame.payloadLength <= 0
                && (frame.tcpFlags() & (SYN | FIN)) == 0;
    }

    /// Whether a SYN, or a SYN/ACK, was seen and nothing at all of the other side.
    static boolean isUnanswered(FlowRow row) {
        int originator = state(row, FlowRow.ORIGINATOR);
        return (originator == SYN_SENT || originator == SYN_ACK_SENT)
                && state(row, FlowRow.RESPONDER) == INACTIVE;
    }

    /// Whether the first that was heard of a side was that it closed.
    static boolean closedUnheard(FlowRow row) {
        return closedUnheard(row, 0) || closedUnheard(row, 1);
    }

    private static boolean closedUnheard(FlowRow row, int side) {
        return state(row, side) == CLOSED && stateBefore(row, side) == INACTIVE;
    }

    /// Whether a handshake has begun and is not complete.
    static boolean isOpening(FlowRow row) {
        int originator = state(row, 0);
        int responder = state(row, 1);
        return responder == INACTIVE && (originator == SYN_SENT || originator == SYN_ACK_SENT)
                || originator == INACTIVE && responder == ESTABLISHED;
    }

    static int flagsSeen(FlowRow row, int side) {
        return (int) row.tcp.bits(TcpRow.TCP + side, FLAGS_SHIFT, 12);
    }

    /// Option of the side's SYN; -1 if absent.
    static int maximumSegmentSize(FlowRow row, int side) {
        int size = (int) row.tcp.bits(TcpRow.TCP + side, MSS_SHIFT, 16);
        return size == 0 ? -1 : size;
    }

    /// Option of the side's SYN; -1 if absent.
    static int windowScale(FlowRow row, int side) {
        return (int) row.tcp.bits(TcpRow.TCP + side, SCALE_SHIFT, 5) - 1;
    }

    static long zeroWindows(FlowRow row, int side) {
        return row.tcp.bits(TcpRow.TCP + side, ZERO_WINDOWS_SHIFT, 16);
    }

    /// Payload bytes by sequence and acknowledgment numbers: what was sent once, seen or not.
    static long streamBytes(FlowRow row, int side) {
        int start = start(row, side);
        int acknowledged = acknowledged(row, side);
        if (stateBefore(row, side) == SYN_SENT
                && state(row, side) == RESET
                && state(row, 1 - side) == INACTIVE
                && acknowledged != start
                && acknowledged != start + 1) {
            // A half-open connection was found and aborted: these numbers are of another one.
            return 0;
        }
        long span = row.tcp.get(TcpRow.SPAN + side);
        long size = Math.max(span, span + (acknowledged - last(row, side)));
        if (size > 0) {
            size--;
        }
        boolean fin = (row.tcp.get(TcpRow.TCP + side) & FIN_SEEN) != 0;
        return Math.max(fin ? size - 1 : size, 0);
    }

    /// What became of the connection, by the states of its sides.
    static ConnState connState(FlowRow row) {
        int originator = state(row, FlowRow.ORIGINATOR);
        int responder = state(row, FlowRow.RESPONDER);
        if (responder == RESET) {
            return ofReset(row, originator);
        }
        if (originator == RESET) {
            if (neverOpened(responder)) {
                return abortedItsOpening(row.history()) ? ConnState.RSTOS0 : ConnState.OTH;
            }
            return ConnState.RSTO;
        }
        if (originator == CLOSED) {
            if (responder == CLOSED) {
                return ConnState.SF;
            }
            return neverOpened(responder) ? ConnState.SH : ConnState.S2;
        }
        if (responder == CLOSED) {
            return neverOpened(originator) ? ConnState.SHR : ConnState.S3;
        }
        if (originator == SYN_SENT && responder == INACTIVE) {
            return ConnState.S0;
        }
        boolean established = originator == ESTABLISHED && responder == ESTABLISHED;
        return established ? ConnState.S1 : ConnState.OTH;
    }

    private static ConnState ofReset(FlowRow row, int originator) {
        boolean bothReset =
                originator == RESET && streamBytes(row, 0) == 0 && streamBytes(row, 1) == 0;
        if (originator == SYN_SENT || originator == SYN_ACK_SENT || bothReset) {
            return ConnState.REJ;
        }
        return neverOpened(originator) ? ConnState.RSTRH : ConnState.RSTR;
    }

    private static boolean neverOpened(int state) {
        return state == INACTIVE || state == PARTIAL;
    }

    /// Whether the originator's SYN came first and its RST followed; data may have come between.
    private static boolean abortedItsOpening(String history) {
        int syn = history.startsWith("^") ? 1 : 0;
        int rst = history.indexOf('R');
        return history.startsWith("S", syn)
                && rst > 0
                && history.substring(syn, rst)
                        .chars()
                        .noneMatch(each -> "HAFGIQ".indexOf(each) >= 0);
    }

    private static boolean isNumbered(FlowRow row, int side) {
        return row.tcp.get(TcpRow.SEQUENCE + side) != 0 || state(row, side) != INACTIVE;
    }

    private static int start(FlowRow row, int side) {
        return (int) (row.tcp.get(TcpRow.SEQUENCE + side) >>> 32);
    }

    static int acknowledged(FlowRow row, int side) {
        return (int) row.tcp.get(TcpRow.SEQUENCE + side);
    }

    /// One past the highest sequence number that the side has used.
    static int last(FlowRow row, int side) {
        return start(row, side) + (int) row.tcp.get(TcpRow.SPAN + side);
    }

    private boolean has(int flag) {
        return (flags & flag) != 0;
    }

    // ---- Sequence numbers ----

    private void number(int side, int start, int last) {
        row.tcp.set(TcpRow.SEQUENCE + side, (long) start << 32 | Integer.toUnsignedLong(start));
        row.tcp.set(TcpRow.SPAN + side, Integer.toUnsignedLong(last - start));
        setEdge(side, start + 1, start + 1);
    }

    /// Numbers the side by its first segment, and again by a SYN that is believed to be the one
    /// which counts. Returns whether it did.
    private boolean beginNumbering() {
        switch (state(row, side)) {
            case INACTIVE -> {
                // Without a SYN, count as if there had been one, so that 1 is the first byte.
                number(side, has(SYN) ? first : first - 1, has(SYN) ? end : first);
                return true;
            }
            case SYN_SENT, SYN_ACK_SENT -> {
                return has(SYN) && first != start(row, side) && renumber();
            }
            case ESTABLISHED, PARTIAL -> {
                return has(SYN) && renumber();
            }
            case RESET -> {
                // A reset numbered the side; the SYN knows better.
                return has(SYN) && stateBefore(row, side) == INACTIVE && renumber();
            }
            default -> {
                return false;
            }
        }
    }

    private boolean renumber() {
        number(side, first, end);
        return true;
    }

    private void onAcknowledgment(Frame frame) {
        int acknowledgment = frame.acknowledgmentNumber();
        if (state(row, peer) == INACTIVE) {
            number(peer, acknowledgment - 1, acknowledgment - 1);
            return;
        }
        int start = start(row, peer);
        int ahead = acknowledgment - acknowledged(row, peer);
        boolean beforeStart =
                row.tcp.get(TcpRow.SPAN + peer) >>> 31 == 0 && acknowledgment - start < 0;
        boolean broken = acknowledgment == 0 && ahead > MAX_JUMP;
        if (has(RST) || beforeStart || broken) {
            return;
        }
        if (detailed) {
            boolean pure = payload == 0 && !has(SYN | FIN);
            analysis.onAcknowledgment(frame, acknowledged(row, peer), last(row, peer), pure);
        }
        if (ahead > 0) {
            row.tcp.setBits(TcpRow.SEQUENCE + peer, 0, 32, Integer.toUnsignedLong(acknowledgment));
        }
    }

    /// Whether the segment takes sequence numbers.
    private boolean takesNumbers() {
        return end != first;
    }

    private void timeSegment(boolean fresh, boolean again) {
        boolean isNew = fresh ? !again : end - last(row, side) > 0;
        if (has(SYN) && isNew) {
            analysis.forgetTimed();
        }
        if (!isNew || first - last(row, side) < 0 && !fresh) {
            analysis.onUsedNumbers(first);
        }
        if (isNew) {
            analysis.onNewNumbers(end);
        }
    }

    /// One byte or none just before what comes next (as Wireshark's `tcp.analysis.keep_alive`).
    private boolean isKeepAlive() {
        return payload <= 1 && !has(SYN | FIN | RST) && first - last(row, side) == -1;
    }

    /// Whether the segment brings bytes of the first hole.
    private boolean fillsHole() {
        int edge = edge(row, side);
        int island = island(row, side);
        return island != edge && first - edge >= 0 && first - island < 0;
    }

    private void advance(boolean fresh, Frame frame) {
        int last = last(row, side);
        int ahead = end - last;
        boolean keepAlive = detailed && !fresh && isKeepAlive();
        if (keepAlive) {
            analysis.onKeepAlive();
        }
        boolean jump = ahead > MAX_JUMP || ahead < -MAX_JUMP;
        if ((has(SYN) || has(RST)) && jump) {
            return;
        }
        if (has(FIN) && last == start(row, side) + 1) {
            // Only SYN and FIN were seen of what may be more than 2 GiB.
            row.tcp.add(TcpRow.SPAN + side, Integer.toUnsignedLong(ahead));
        } else if (state(row, side) == RESET) {
            return;
        } else if (ahead > 0) {
            row.tcp.add(TcpRow.SPAN + side, ahead);
        } else if (payload > 0 && !fresh) {
            if (detailed && !keepAlive) {
                analysis.onRepeat(frame, first, end, acknowledged(row, side), last, fillsHole());
            }
            long count = row.tcp.countRetransmit(side);
            addScaled('t', count);
        }
    }

    // ---- Letters ----

    private void noteLetters() {
        int controls = (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0) + (has(RST) ? 1 : 0);
        int relative = first - start(row, side);
        if (controls > 1) {
            if (has(FIN) && has(RST)) {
                noteOnce(LETTER_FIN_WITH_RST, 'i');
            } else {
                noteOnce(LETTER_SYN_WITH_OTHERS, 'q');
            }
        } else if (has(SYN)) {
            noteAt(LETTER_SYN, has(ACK) ? 'h' : 's', SYN_MARK_SHIFT, relative);
        } else if (has(FIN)) {
            noteAt(LETTER_FIN, 'f', FIN_MARK_SHIFT, relative + payload);
        } else if (has(RST)) {
            noteAt(LETTER_RST, 'r', RST_MARK_SHIFT, relative);
        } else if (payload > 0) {
            noteOnce(LETTER_DATA, 'd');
        } else if (has(ACK)) {
            noteOnce(LETTER_ACK, 'a');
        }
    }

    private void noteAt(int letter, char code, int markShift, int relative) {
        long mark = relative & 0xffff;
        if (!noteOnce(letter, code) && mark != row.tcp.bits(TcpRow.MARKS + side, markShift, 16)) {
            row.addHistory(side, code);
        }
        row.tcp.setBits(TcpRow.MARKS + side, markShift, 16, mark);
    }

    private boolean noteOnce(int letter, char code) {
        long bit = (long) letter << LETTERS_SHIFT;
        if ((row.tcp.get(TcpRow.TCP + side) & bit) != 0) {
            return false;
        }
        row.tcp.set(TcpRow.TCP + side, row.tcp.get(TcpRow.TCP + side) | bit);
        row.addHistory(side, code);
        return true;
    }

    /// Notes what happens often at its 1st, 10th, 100th … time.
    private void addScaled(char code, long count) {
        addScaled(side, code, count);
    }

    private void addScaled(int side, char code, long count) {
        long power = 1;
        while (power < count) {
            power *= 10;
        }
        if (power == count) {
            row.addHistory(side, code);
        }
    }

    private void noteZeroWindow(int window) {
        // After its peer's FIN or its own RST a side has nothing to wait for.
        boolean closes =
                window == 0 && !has(RST) && state(row, peer) != CLOSED && state(row, side) != RESET;
        if (detailed) {
            analysis.onWindow(window, closes);
        }
        if (closes && zeroWindows(row, side) < 0xffff) {
            long count = row.tcp.countUp(TcpRow.TCP + side, ZERO_WINDOWS_SHIFT, 16, 1);
            addScaled('w', count);
        }
    }

    private void noteFlagsAndOptions(Frame frame) {
        long word = row.tcp.get(TcpRow.TCP + side) | (long) flags << FLAGS_SHIFT;
        row.tcp.set(TcpRow.TCP + side, has(FIN) ? word | FIN_SEEN : word);
        if (has(SYN)) {
            row.tcp.setBits(
                    TcpRow.TCP + side, MSS_SHIFT, 16, Math.max(frame.maximumSegmentSize(), 0));
            int scale = Math.min(frame.windowScale(), MAX_WINDOW_SCALE);
            row.tcp.setBits(TcpRow.TCP + side, SCALE_SHIFT, 5, scale + 1L);
        }
    }

    // ---- States ----

    private void enterState() {
        switch (state(row, side)) {
            case INACTIVE -> fromInactive();
            case SYN_SENT, SYN_ACK_SENT -> fromSynSent();
            case ESTABLISHED, PARTIAL -> fromEstablished();
            case CLOSED -> fromClosed();
            default -> {}
        }
    }

    private void set(int side, int state) {
        int before = state(row, side);
        if (before != state) {
            row.tcp.setBits(TcpRow.TCP + side, 0, 6, (long) before << STATE_BEFORE_SHIFT | state);
        }
    }

    private void close(int state) {
        set(side, state);
        row.tcp.set(TcpRow.TCP + side, row.tcp.get(TcpRow.TCP + side) | DID_CLOSE);
    }

    private void fromInactive() {
        if (has(SYN)) {
            if (side == FlowRow.ORIGINATOR) {
                set(side, has(ACK) ? SYN_ACK_SENT : SYN_SENT);
            } else {
                if (state(row, peer) == SYN_SENT) {
                    set(peer, ESTABLISHED);
                }
                set(side, ESTABLISHED);
            }
        }
        if (has(FIN)) {
            close(CLOSED);
        }
        if (has(RST)) {
            close(RESET);
        }
        if (state(row, side) == INACTIVE) {
            fromInactiveWithoutControl();
        }
    }

    private void fromInactiveWithoutControl() {
        if (side == FlowRow.RESPONDER && payload == 0 && state(row, peer) == SYN_SENT) {
            // Some stacks acknowledge a SYN before they answer it.
            return;
        }
        // An ACK to a SYN/ACK: only the SYN was missed.
        set(side, has(ACK) && state(row, peer) == ESTABLISHED ? ESTABLISHED : PARTIAL);
    }

    private void fromSynSent() {
        if (has(FIN)) {
            close(CLOSED);
        }
        if (has(RST)) {
            close(RESET);
        }
    }

    private void fromEstablished() {
        if (has(SYN) && !has(ACK) && state(row, side) == PARTIAL && state(row, peer) == INACTIVE) {
            set(side, SYN_SENT);
        }
        if (has(FIN) && !has(RST)) {
            close(CLOSED);
            if (state(row, peer) == RESET && stateBefore(row, peer) == CLOSED) {
                // FIN, then RST from the peer: with ours this was a normal end after all.
                set(peer, CLOSED);
            }
        }
        if (has(RST)) {
            close(RESET);
        }
    }

    private void fromClosed() {
        // A RST after both have sent FIN changes nothing.
        if (has(RST) && state(row, peer) != CLOSED) {
            close(RESET);
        }
    }

    // ---- Holes ----

    private static int edge(FlowRow row, int side) {
        return (int) (row.tcp.get(TcpRow.EDGE + side) >>> 32);
    }

    private static int island(FlowRow row, int side) {
        return (int) row.tcp.get(TcpRow.EDGE + side);
    }

    private void setEdge(int side, int edge, int island) {
        row.tcp.set(TcpRow.EDGE + side, (long) edge << 32 | Integer.toUnsignedLong(island));
    }

    /// Moves the edge up to which the side's stream was seen without a hole. Of what lies beyond
    /// the first hole only the start is kept: further holes in it are not found.
    private void followEdge(boolean fragment) {
        if (payload == 0 && !has(FIN) || has(RST)) {
            return;
        }
        int edge = edge(row, side);
        int island = island(row, side);
        int from = has(SYN) ? first + 1 : first;
        // The rest of a fragmented segment is not seen here; it is not missing.
        int to = fragment ? last(row, side) : end;
        if (from - edge > 0) {
            boolean hole = island != edge;
            setEdge(side, edge, hole && island - from < 0 ? island : from);
        } else if (to - edge > 0) {
            int newEdge = island != edge && to - island >= 0 ? later(to, last(row, side)) : to;
            setEdge(side, newEdge, island != edge && to - island < 0 ? island : newEdge);
        }
    }

    /// An acknowledgment of what was never seen: it arrived, but was lost before it came here.
    private void closeGap(int acknowledgment) {
        int state = state(row, peer);
        int edge = edge(row, peer);
        if (state == INACTIVE || state == RESET || acknowledgment - edge <= 0) {
            return;
        }
        int last = last(row, peer);
        int island = island(row, peer);
        long missing = 0;
        if (island != edge && acknowledgment - island > 0) {
            missing = Integer.toUnsignedLong(island - edge);
            edge = last;
        }
        if (acknowledgment - edge > 0) {
            missing += Integer.toUnsignedLong(acknowledgment - edge);
            edge = acknowledgment;
        }
        setEdge(peer, edge, island - edge > 0 ? island : edge);
        row.tcp.countMissing(peer, missing);
        if (state != CLOSED) {
            addScaled(peer, 'g', row.tcp.countUp(TcpRow.MARKS + peer, GAPS_SHIFT, 16, 1));
        }
    }

    private static int later(int a, int b) {
        return a - b > 0 ? a : b;
    }

    // ---- Round trips of the handshake ----

    /// Server side: from the last SYN to the first SYN/ACK. Client side: from the last SYN/ACK to
    /// the first ACK. Stored plus one, so that 0 means unknown.
    private void timeHandshake(long nanos) {
        int phase = row.handshakePhase();
        if (phase == FlowRow.HANDSHAKE_DONE || has(RST)) {
            return;
        }
        if (has(SYN) && !has(ACK) && side == FlowRow.ORIGINATOR && phase <= FlowRow.SYN_SEEN) {
            row.tcp.setHandshakeNanos(nanos);
            row.setHandshakePhase(FlowRow.SYN_SEEN);
        } else if (has(SYN) && has(ACK) && side == FlowRow.RESPONDER) {
            if (phase == FlowRow.SYN_SEEN) {
                row.tcp.setServerRttNanos(sinceHandshake(nanos));
            }
            row.tcp.setHandshakeNanos(nanos);
            row.setHandshakePhase(FlowRow.SYN_ACK_SEEN);
        } else if (phase == FlowRow.SYN_ACK_SEEN
                && has(ACK)
                && !has(SYN)
                && side == FlowRow.ORIGINATOR) {
            row.tcp.setHandshakeNanos(sinceHandshake(nanos));
            row.setHandshakePhase(FlowRow.HANDSHAKE_DONE);
        }
    }

    /// 0 if time ran backward.
    private long sinceHandshake(long nanos) {
        long elapsed = nanos - row.tcp.handshakeNanos() & (1L << TcpRow.TIME_BITS) - 1;
        return elapsed >>> TcpRow.TIME_BITS - 1 == 0 ? elapsed + 1 : 0;
    }
}
