package headgate.flow;

import headgate.packet.IpProtocol;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// A view of one live flow. What it has beside these [#LENGTH] longs: in [#tcp] what a flow of TCP
/// needs, in [#detail] what is kept of some flows only.
///
/// Words of two sides come in pairs, the originator's first, so that `WORD + side` addresses one.
/// Packed ones give their bits, lowest first.
///
/// ```
/// ADDRESS     4 words: originator high, low; responder high, low
/// IDENTITY    5 flags · 6 application + 1 · 3 changes of tunnels · 5 unused · 1 flag · 4 IP version · 8 protocol · 16 responder port · 16 originator port
/// LINKS       12 per VLAN identifier, innermost lowest, 4 of them · 3 how many · 5 letters of history
///             · 2 handshake phase
/// REPORTED    16 responder's fragments · 16 originator's fragments · 32 interim record, ms after FIRST
/// HISTORY     12 letters, 5 bits each
/// HOPS        per side, the originator's lowest: 8 lowest TTL · 8 highest · 8 first traffic class
///             · 1 another one seen · 1 SACK permitted · 4 wrong checksums · 2 unused
/// PARTS       29 place in the order of starts · 24 row in the pool of details + 1 · 11 chain of tunnels
/// ```
final class FlowRow extends RowView implements FlowTotals {
    static final int ORIGINATOR = 0;
    static final int RESPONDER = 1;

    static final int ADDRESS = 0;
    static final int IDENTITY = 4;
    static final int FIRST = 5;
    static final int LAST = 6;
    static final int PACKETS = 7;
    static final int FRAME_BYTES = 9;
    static final int IP_BYTES = 11;
    static final int PAYLOAD_BYTES = 13;
    static final int LINKS = 15;
    static final int REPORTED = 16;
    static final int HISTORY = 17;
    static final int HOPS = 18;
    static final int PARTS = 19;
    static final int LENGTH = 20;

    /// With the words of a flow of TCP, which are behind.
    static final int TCP_LENGTH = LENGTH + TcpRow.LENGTH;

    /// Words that hardly any frame touches are behind these.
    static final int HOT_TCP_LENGTH = LENGTH + TcpRow.HOT_LENGTH;

    // IDENTITY
    /// A request that no reply pairs with: its reverse is another flow.
    static final long ONE_WAY = 1L << 19;

    /// A changelog knows this flow.
    static final long LOGGED = 1;

    /// The ports are those of a header; otherwise they are 0 because none was seen.
    static final long PORTS_TOLD = 2;

    /// Shifted by the side: what it says first has been read.
    static final long HEARD = 1 << 2;

    /// What a side says first is none of the known applications.
    static final long CONTENT_UNKNOWN = 1 << 4;

    private static final int APPLICATION_SHIFT = 5;
    private static final int APPLICATION_BITS = 6;
    private static final int TUNNEL_CHANGES_SHIFT = 11;
    private static final int TUNNEL_CHANGES_BITS = 3;

    static final long IDENTITY_MASK = ~0L << 19;

    // Handshake phases in LINKS.
    static final int NO_HANDSHAKE = 0;
    static final int SYN_SEEN = 1;
    static final int SYN_ACK_SEEN = 2;
    static final int HANDSHAKE_DONE = 3;

    private static final int VLAN_COUNT_SHIFT = 48;
    private static final int HISTORY_COUNT_SHIFT = 51;
    private static final int PHASE_SHIFT = 56;
    private static final int LETTERS_PER_WORD = 12;
    private static final int BITS_PER_LETTER = 5;

    /// Letters that a history has room for; later ones are not kept.
    static final int MAX_HISTORY = 2 * LETTERS_PER_WORD;

    /// As Zeek's history has them; each is kept as its place here plus one.
    private static final String LETTERS = "shadfrcgtwiq^SHADFRCGTWIQX";

    private static final int ANSWERED_FIRST = LETTERS.indexOf('^') + 1;

    private static final int STARTS_BITS = 29;
    private static final int DETAIL_ROW_SHIFT = STARTS_BITS;
    private static final int DETAIL_ROW_BITS = 24;
    private static final int CHAIN_SHIFT = DETAIL_ROW_SHIFT + DETAIL_ROW_BITS;
    private static final int CHAIN_BITS = 11;

    // Bits of HOPS, of the originator.
    private static final int HOPS_BITS = 32;
    private static final int CLASS_SHIFT = 16;
    private static final int CHANGED_SHIFT = 24;
    private static final int SACK_SHIFT = 25;
    private static final int CHECKSUMS_SHIFT = 26;
    private static final int CHECKSUMS_BITS = 4;

    /// Of a flow of TCP; otherwise it shows nothing of this flow.
    final TcpRow tcp = new TcpRow();

    /// Of a flow that has one; otherwise it shows nothing of this flow.
    final DetailRow detail = new DetailRow();

    boolean isLive() {
        return get(IDENTITY) != 0;
    }

    boolean has(long flag) {
        return has(IDENTITY, flag);
    }

    void mark(long flag) {
        mark(IDENTITY, flag);
    }

    boolean isTcp() {
        return protocol() == IpProtocol.TCP;
    }

    int protocol() {
        return (int) bits(IDENTITY, 24, 8);
    }

    int ipVersion() {
        return (int) bits(IDENTITY, 20, 4);
    }

    int port(int side) {
        return (int) bits(IDENTITY, side == ORIGINATOR ? 48 : 32, 16);
    }

    /// Place in the order of applications plus one; 0 while it is not told.
    int application() {
        return (int) bits(IDENTITY, APPLICATION_SHIFT, APPLICATION_BITS);
    }

    void setApplication(int application) {
        setBits(IDENTITY, APPLICATION_SHIFT, APPLICATION_BITS, application);
    }

    // ---- Totals ----

    @Override
    public long firstNanos() {
        return get(FIRST);
    }

    @Override
    public long lastNanos() {
        return get(LAST);
    }

    @Override
    public long packets() {
        return get(PACKETS) + get(PACKETS + 1);
    }

    @Override
    public long frameBytes() {
        return get(FRAME_BYTES) + get(FRAME_BYTES + 1);
    }

    // ---- Parts ----

    /// How many flows had started before, modulo 2^29.
    long placeInStarts() {
        return bits(PARTS, 0, STARTS_BITS);
    }

    void setPlaceInStarts(long before) {
        setBits(PARTS, 0, STARTS_BITS, before);
    }

    boolean hasDetail() {
        return detailRow() >= 0;
    }

    /// Number in the pool of details; -1 if it has none.
    int detailRow() {
        return (int) bits(PARTS, DETAIL_ROW_SHIFT, DETAIL_ROW_BITS) - 1;
    }

    void setDetailRow(int number) {
        setBits(PARTS, DETAIL_ROW_SHIFT, DETAIL_ROW_BITS, number + 1L);
    }

    /// Number of its chain of tunnels.
    int chain() {
        return (int) bits(PARTS, CHAIN_SHIFT, CHAIN_BITS);
    }

    void setChain(int number) {
        setBits(PARTS, CHAIN_SHIFT, CHAIN_BITS, number);
    }

    /// Counts up to 7.
    long countTunnelChange() {
        return countUp(IDENTITY, TUNNEL_CHANGES_SHIFT, TUNNEL_CHANGES_BITS, 1);
    }

    /// Counts up to 15.
    long countWrongChecksum(int side) {
        return countUp(HOPS, side * HOPS_BITS + CHECKSUMS_SHIFT, CHECKSUMS_BITS, 1);
    }

    private int detailLength() {
        return isTcp() ? DetailRow.TCP_LENGTH : DetailRow.LENGTH;
    }

    // ---- Hops ----

    /// Takes the time to live and the traffic class of a frame, before it is counted.
    void noteHop(int side, int timeToLive, int trafficClass) {
        int shift = side * HOPS_BITS;
        int hop = (int) (get(HOPS) >>> shift);
        int same = timeToLive | timeToLive << 8 | trafficClass << CLASS_SHIFT;
        if ((hop & 0xff_ffff) == same) {
            return;
        }
        if (get(PACKETS + side) == 0) {
            setBits(HOPS, shift, CHANGED_SHIFT, same);
            return;
        }
        setBits(HOPS, shift, 8, Math.min(hop & 0xff, timeToLive));
        setBits(HOPS, shift + 8, 8, Math.max(hop >>> 8 & 0xff, timeToLive));
        if ((hop >>> CLASS_SHIFT & 0xff) != trafficClass) {
            setBits(HOPS, shift + CHANGED_SHIFT, 1, 1);
        }
    }

    int minTimeToLive(int side) {
        return hop(side, 0);
    }

    int maxTimeToLive(int side) {
        return hop(side, 8);
    }

    int trafficClass(int side) {
        return hop(side, CLASS_SHIFT);
    }

    private int hop(int side, int shift) {
        return get(PACKETS + side) == 0 ? -1 : (int) bits(HOPS, side * HOPS_BITS + shift, 8);
    }

    boolean trafficClassChanged(int side) {
        return bits(HOPS, side * HOPS_BITS + CHANGED_SHIFT, 1) != 0;
    }

    boolean sackPermitted(int side) {
        return bits(HOPS, side * HOPS_BITS + SACK_SHIFT, 1) != 0;
    }

    void setSackPermitted(int side, boolean permitted) {
        setBits(HOPS, side * HOPS_BITS + SACK_SHIFT, 1, permitted ? 1 : 0);
    }

    // ---- Fragments ----

    long fragments(int side) {
        return bits(REPORTED, side == ORIGINATOR ? 16 : 0, 16);
    }

    void countFragment(int side) {
        countUp(REPORTED, side == ORIGINATOR ? 16 : 0, 16, 1);
    }

    // ---- Links, history, handshake ----

    void setVlan(int count, int[] tags) {
        long links = (long) count << VLAN_COUNT_SHIFT;
        for (int i = 0; i < count; i++) {
            links |= (tags[i] & 0xfffL) << 12 * (count - 1 - i);
        }
        set(LINKS, get(LINKS) | links);
    }

    int vlanCount() {
        return (int) bits(LINKS, VLAN_COUNT_SHIFT, 3);
    }

    /// VLAN identifier, 0 the outermost.
    int vlanId(int index) {
        return (int) bits(LINKS, 12 * (vlanCount() - 1 - index), 12);
    }

    int handshakePhase() {
        return (int) bits(LINKS, PHASE_SHIFT, 2);
    }

    void setHandshakePhase(int phase) {
        setBits(LINKS, PHASE_SHIFT, 2, phase);
    }

    /// Adds a letter of Zeek's history, given in lower case, in the case of the side.
    void addHistory(int side, char letter) {
        int count = (int) bits(LINKS, HISTORY_COUNT_SHIFT, 5);
        if (count == MAX_HISTORY) {
            return;
        }
        char cased = side == ORIGINATOR ? Character.toUpperCase(letter) : letter;
        int shift = count % LETTERS_PER_WORD * BITS_PER_LETTER;
        int code = LETTERS.indexOf(cased) + 1;
        if (count < LETTERS_PER_WORD) {
            setBits(HISTORY, shift, BITS_PER_LETTER, code);
        } else {
            tcp.setBits(TcpRow.HISTORY, shift, BITS_PER_LETTER, code);
        }
        setBits(LINKS, HISTORY_COUNT_SHIFT, 5, count + 1L);
    }

    /// Who sent the first frame: the responder, if that was an answer.
    int sideOfFirst() {
        return bits(HISTORY, 0, BITS_PER_LETTER) == ANSWERED_FIRST ? RESPONDER : ORIGINATOR;
    }

    String history() {
        int count = (int) bits(LINKS, HISTORY_COUNT_SHIFT, 5);
        var letters = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            int shift = i % LETTERS_PER_WORD * BITS_PER_LETTER;
            int code =
                    (int)
                            (i < LETTERS_PER_WORD
                                    ? bits(HISTORY, shift, BITS_PER_LETTER)
                                    : tcp.bits(TcpRow.HISTORY, shift, BITS_PER_LETTER));
            letters.append(code == 0 || code > LETTERS.length() ? '?' : LETTERS.charAt(code - 1));
        }
        return letters.toString();
    }

    // ---- As bytes ----

    private static final byte STATE_FORMAT = 2;

    /// What a state has beside rows.
    ///
    /// @param tunnels as [TunnelChains] has them
    /// @param metadata as [Metadata] has it
    record Beside(byte[] tunnels, byte[] metadata) {}

    /// The whole flow: a format byte, 1 if it has a detail, its rows, the length of its chain of
    /// tunnels, the chain, and the metadata.
    byte[] toBytes(Beside beside) {
        var out =
                ByteBuffer.allocate(
                        2
                                + mostBytes(LENGTH)
                                + mostBytes(TcpRow.LENGTH)
                                + mostBytes(DetailRow.TCP_LENGTH)
                                + Short.BYTES
                                + beside.tunnels.length
                                + beside.metadata.length);
        out.put(STATE_FORMAT).put((byte) (hasDetail() ? 1 : 0));
        writeTo(out, LENGTH);
        if (isTcp()) {
            tcp.writeTo(out, TcpRow.LENGTH);
        }
        if (hasDetail()) {
            detail.writeTo(out, detailLength());
        }
        out.putShort((short) beside.tunnels.length).put(beside.tunnels).put(beside.metadata);
        return Arrays.copyOf(out.array(), out.position());
    }

    /// Sets the rows to what [#toBytes] gave, and returns what is beside them.
    ///
    /// @throws IllegalArgumentException if it is something else
    Beside fromBytes(byte[] state) {
        var in = ByteBuffer.wrap(state);
        if (state.length < 2 || in.get() != STATE_FORMAT) {
            throw new IllegalArgumentException("not a flow's state, or of another version");
        }
        boolean detailed = in.get() != 0;
        readFrom(in, LENGTH);
        set(PARTS, 0);
        if (isTcp()) {
            tcp.readFrom(in, TcpRow.LENGTH);
        }
        if (detailed) {
            detail.readFrom(in, detailLength());
            setDetailRow(0);
        }
        int length = in.remaining() < Short.BYTES ? -1 : in.getShort();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a flow's state of a wrong length");
        }
        var tunnels = new byte[length];
        in.get(tunnels);
        if (!TunnelChains.isChain(tunnels)) {
            throw new IllegalArgumentException("a flow's state with tunnels that are none");
        }
        var metadata = new byte[in.remaining()];
        in.get(metadata);
        Metadata.read(metadata);
        return new Beside(tunnels, metadata);
    }

    /// A flow that is in no pool.
    static FlowRow apart() {
        var row = new FlowRow();
        row.at(new long[LENGTH], 0);
        row.tcp.at(new long[TcpRow.LENGTH], 0);
        row.detail.at(new long[DetailRow.TCP_LENGTH], 0);
        return row;
    }

    /// Takes all but the parts' numbers from another flow.
    void copy(FlowRow from) {
        for (int word = 0; word < PARTS; word++) {
            set(word, from.get(word));
        }
        if (isTcp()) {
            tcp.copy(from.tcp, TcpRow.LENGTH);
        }
        if (hasDetail()) {
            detail.copy(from.detail, detailLength());
        }
    }

    /// Address, port, protocol of both sides: the same bytes for both directions, unless a reply
    /// would be another flow.
    byte[] key() {
        int version = ipVersion();
        boolean reversed = !has(ONE_WAY) && compareSides() > 0;
        int first = reversed ? RESPONDER : ORIGINATOR;
        var key = ByteBuffer.allocate(4 + 2 * ((version == 4 ? 4 : 16) + 2));
        key.put((byte) 'f').put((byte) version).put((byte) protocol());
        key.put((byte) (has(ONE_WAY) ? 1 : 0));
        putEndpoint(key, version, first);
        putEndpoint(key, version, 1 - first);
        return key.array();
    }

    private int compareSides() {
        int order = Long.compareUnsigned(get(ADDRESS), get(ADDRESS + 2));
        if (order == 0) {
            order = Long.compareUnsigned(get(ADDRESS + 1), get(ADDRESS + 3));
        }
        return order != 0 ? order : Integer.compare(port(ORIGINATOR), port(RESPONDER));
    }

    private void putEndpoint(ByteBuffer key, int version, int side) {
        if (version == 4) {
            key.putInt((int) get(ADDRESS + 2 * side + 1));
        } else {
            key.putLong(get(ADDRESS + 2 * side)).putLong(get(ADDRESS + 2 * side + 1));
        }
        key.putShort((short) port(side));
    }
}
