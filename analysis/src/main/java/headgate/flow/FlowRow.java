package headgate.flow;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// A view of one live flow: [#LENGTH] longs in a slab. It is reused; what it shows is the table's.
///
/// Words of two sides come in pairs, the originator's first, so that `WORD + side` addresses one.
/// Most words are plain numbers; packed ones give their bits, lowest first.
///
/// ```
/// ADDRESS     4 words: originator high, low; responder high, low
/// IDENTITY    5 flags · 6 application + 1 · 8 unused · 1 flag · 4 IP version · 8 protocol · 16 responder port · 16 originator port
/// LINKS       12 per VLAN identifier, innermost lowest, 4 of them · 3 how many · 5 letters of history
///             · 2 handshake phase
/// SPAN        highest sequence number after the side's first one (SYN is 0), as 64 bits
/// SEQUENCE    32 highest acknowledged by the peer · 32 first one
/// TCP         3 state · 3 state before · 12 flags seen · 16 MSS · 5 window scale + 1 · 1 closed
///             · 1 FIN seen · 7 letters seen · 16 zero windows
/// EDGE        32 start of what came after a hole · 32 end of what came without one
/// REPORTED    16 responder's fragments · 16 originator's fragments · 32 interim record, ms after FIRST
/// HISTORY     2 words of 12 letters, 5 bits each
/// HANDSHAKE   nanoseconds: time of the last SYN, then of the SYN/ACK, then the client's round trip
/// RETRANSMITS 32 responder's · 32 originator's
/// MISSING     32 responder's bytes · 32 originator's
/// MARKS       16 SYN, 16 FIN, 16 RST: where the last one was, after the first sequence number · 16 gaps
/// ```
final class FlowRow {
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
    static final int SPAN = 16;
    static final int SEQUENCE = 18;
    static final int TCP = 20;
    static final int EDGE = 22;
    static final int REPORTED = 24;

    // From here on words that few frames touch, so that the others share fewer cache lines.
    static final int HISTORY = 25;
    static final int HANDSHAKE = 27;
    static final int SERVER_RTT = 28;
    static final int RETRANSMITS = 29;
    static final int MISSING = 30;
    static final int MARKS = 31;
    static final int LENGTH = 33;

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

    /// Lower case is 1 to 13 here and means the responder; upper case adds 13.
    private static final String LETTERS = "shadfrcgtwiq^SHADFRCGTWIQ";

    private long[] slab;
    private int base;

    FlowRow at(long[] slab, int base) {
        this.slab = slab;
        this.base = base;
        return this;
    }

    long get(int word) {
        return slab[base + word];
    }

    void set(int word, long value) {
        slab[base + word] = value;
    }

    void add(int word, long value) {
        slab[base + word] += value;
    }

    long bits(int word, int shift, int width) {
        return slab[base + word] >>> shift & (1L << width) - 1;
    }

    void setBits(int word, int shift, int width, long value) {
        long mask = (1L << width) - 1 << shift;
        slab[base + word] = slab[base + word] & ~mask | value << shift & mask;
    }

    /// Counts one up in a packed field, which stays at its highest value.
    long countUp(int word, int shift, int width, long by) {
        long count = Math.min(bits(word, shift, width) + by, (1L << width) - 1);
        setBits(word, shift, width, count);
        return count;
    }

    void clear() {
        Arrays.fill(slab, base, base + LENGTH, 0);
    }

    boolean isLive() {
        return slab[base + IDENTITY] != 0;
    }

    boolean has(long flag) {
        return (slab[base + IDENTITY] & flag) != 0;
    }

    void mark(long flag) {
        slab[base + IDENTITY] |= flag;
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

    // ---- Packed halves ----

    private static int half(int side) {
        return side == ORIGINATOR ? 32 : 0;
    }

    long retransmits(int side) {
        return bits(RETRANSMITS, half(side), 32);
    }

    long countRetransmit(int side) {
        return countUp(RETRANSMITS, half(side), 32, 1);
    }

    long missingBytes(int side) {
        return bits(MISSING, half(side), 32);
    }

    void countMissing(int side, long bytes) {
        countUp(MISSING, half(side), 32, bytes);
    }

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
        setBits(
                HISTORY + count / LETTERS_PER_WORD,
                count % LETTERS_PER_WORD * BITS_PER_LETTER,
                BITS_PER_LETTER,
                LETTERS.indexOf(cased) + 1);
        setBits(LINKS, HISTORY_COUNT_SHIFT, 5, count + 1L);
    }

    String history() {
        int count = (int) bits(LINKS, HISTORY_COUNT_SHIFT, 5);
        var letters = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            int code =
                    (int)
                            bits(
                                    HISTORY + i / LETTERS_PER_WORD,
                                    i % LETTERS_PER_WORD * BITS_PER_LETTER,
                                    BITS_PER_LETTER);
            letters.append(code == 0 || code > LETTERS.length() ? '?' : LETTERS.charAt(code - 1));
        }
        return letters.toString();
    }

    // ---- As bytes ----

    private static final byte STATE_FORMAT = 1;

    /// The whole row: a format byte, 64 bits that tell which words are not 0, and these words; then
    /// the metadata.
    byte[] toBytes(byte[] metadata) {
        long present = 0;
        for (int word = 0; word < LENGTH; word++) {
            if (get(word) != 0) {
                present |= 1L << word;
            }
        }
        int length = 1 + Long.BYTES * (1 + Long.bitCount(present)) + metadata.length;
        var out = ByteBuffer.allocate(length);
        out.put(STATE_FORMAT).putLong(present);
        for (int word = 0; word < LENGTH; word++) {
            if (get(word) != 0) {
                out.putLong(get(word));
            }
        }
        return out.put(metadata).array();
    }

    /// Sets the row to what [#toBytes] gave, and returns the metadata.
    ///
    /// @throws IllegalArgumentException if it is something else
    byte[] fromBytes(byte[] state) {
        var in = ByteBuffer.wrap(state);
        if (state.length < 1 + Long.BYTES || in.get() != STATE_FORMAT) {
            throw new IllegalArgumentException("not a flow's state, or of a later version");
        }
        long present = in.getLong();
        if (present >>> LENGTH != 0 || in.remaining() < Long.BYTES * Long.bitCount(present)) {
            throw new IllegalArgumentException("a flow's state of a wrong length");
        }
        for (int word = 0; word < LENGTH; word++) {
            set(word, (present >>> word & 1) == 0 ? 0 : in.getLong());
        }
        var metadata = new byte[in.remaining()];
        in.get(metadata);
        Metadata.read(metadata);
        return metadata;
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
