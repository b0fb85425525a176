package headgate.flow;

import headgate.packet.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// The ports of fragmented datagrams, told by their first fragment, for the later ones.
///
/// Datagrams are known by addresses, protocol and identification (RFC 791, RFC 8200 section 4.5).
/// Each hashes to a set of [#WAYS] places; when these are taken, the oldest makes room.
final class FragmentPorts {
    static final int WAYS = 4;

    /// What [#find] returns for a datagram that is not known.
    static final long UNKNOWN = -1;

    // One place: 4 words of addresses, identification << 16 | protocol << 8 | version, ports + 1,
    // time.
    private static final int IDENTITY = 4;
    private static final int PORTS = 5;
    private static final int SEEN = 6;
    private static final int LENGTH = 7;

    private final long[] places;
    private final int setMask;
    private final long keepNanos;
    private final BitSet changed = new BitSet();
    private final BitSet logged = new BitSet();
    private final List<byte[]> removed = new ArrayList<>();
    private long forgotten;

    FragmentPorts(int datagrams, long keepNanos) {
        int sets = Integer.highestOneBit(Math.max(1, (datagrams + WAYS - 1) / WAYS));
        this.setMask = sets - 1;
        this.places = new long[datagrams == 0 ? 0 : sets * WAYS * LENGTH];
        this.keepNanos = keepNanos;
    }

    long forgotten() {
        return forgotten;
    }

    /// Remembers what a first fragment told.
    void remember(Frame frame, long ports) {
        if (places.length == 0) {
            forgotten++;
            return;
        }
        int place = locate(frame);
        if (place < 0) {
            place = ~place;
            long seen = places[place + SEEN];
            if (places[place + IDENTITY] != 0) {
                forget(place, frame.arrivalNanos - seen <= keepNanos);
            }
        }
        places[place] = frame.sourceHigh;
        places[place + 1] = frame.sourceLow;
        places[place + 2] = frame.destinationHigh;
        places[place + 3] = frame.destinationLow;
        places[place + IDENTITY] = identity(frame);
        places[place + PORTS] = ports + 1;
        places[place + SEEN] = frame.arrivalNanos;
        changed.set(place / LENGTH);
    }

    /// What the first fragment of this frame's datagram told, or [#UNKNOWN].
    long find(Frame frame) {
        if (places.length == 0) {
            return UNKNOWN;
        }
        int place = locate(frame);
        boolean known = place >= 0 && frame.arrivalNanos - places[place + SEEN] <= keepNanos;
        return known ? places[place + PORTS] - 1 : UNKNOWN;
    }

    private static long identity(Frame frame) {
        return Integer.toUnsignedLong(frame.identification()) << 16
                | (frame.protocol & 0xffL) << 8
                | frame.ipVersion;
    }

    /// The place of the datagram; or, as its complement, the free or oldest one of its set.
    private int locate(Frame frame) {
        long identity = identity(frame);
        int set =
                set(
                        frame.sourceHigh,
                        frame.sourceLow,
                        frame.destinationHigh,
                        frame.destinationLow,
                        identity);
        int oldest = set;
        for (int place = set; place < set + WAYS * LENGTH; place += LENGTH) {
            if (places[place + IDENTITY] == identity
                    && places[place] == frame.sourceHigh
                    && places[place + 1] == frame.sourceLow
                    && places[place + 2] == frame.destinationHigh
                    && places[place + 3] == frame.destinationLow) {
                return place;
            }
            if (isBetterVictim(place, oldest)) {
                oldest = place;
            }
        }
        return ~oldest;
    }

    private boolean isBetterVictim(int place, int than) {
        if (places[than + IDENTITY] == 0 || places[place + IDENTITY] == 0) {
            return places[than + IDENTITY] != 0;
        }
        return places[place + SEEN] < places[than + SEEN];
    }

    private int set(long a, long b, long c, long d, long identity) {
        long hash =
                FlowHashing.endpoint(a, b, 0, identity) + FlowHashing.endpoint(c, d, 0, ~identity);
        return (FlowHashing.finish(hash) & setMask) * WAYS * LENGTH;
    }

    private void forget(int place, boolean stillValid) {
        if (stillValid) {
            forgotten++;
        }
        if (logged.get(place / LENGTH)) {
            removed.add(key(place));
            logged.clear(place / LENGTH);
        }
    }

    // ---- State transfer ----

    private byte[] key(int place) {
        var key = ByteBuffer.allocate(1 + 5 * Long.BYTES);
        key.put((byte) 'g');
        for (int word = 0; word <= IDENTITY; word++) {
            key.putLong(places[place + word]);
        }
        return key.array();
    }

    void drainChanged(FlowStateSink sink) {
        removed.forEach(key -> sink.put(key, null));
        removed.clear();
        for (int i = changed.nextSetBit(0); i >= 0; i = changed.nextSetBit(i + 1)) {
            int place = i * LENGTH;
            var state = ByteBuffer.allocate(2 * Long.BYTES);
            state.putLong(places[place + PORTS]).putLong(places[place + SEEN]);
            sink.put(key(place), state.array());
            logged.set(i);
        }
        changed.clear();
    }

    /// Takes back what [#drainChanged] gave.
    ///
    /// @throws IllegalArgumentException if it is something else
    void restore(byte[] key, byte[] state) {
        if (key.length != 1 + 5 * Long.BYTES || state != null && state.length != 2 * Long.BYTES) {
            throw new IllegalArgumentException("not the state of a fragmented datagram");
        }
        if (places.length == 0) {
            return;
        }
        var words = new long[LENGTH];
        var in = ByteBuffer.wrap(key, 1, key.length - 1);
        for (int word = 0; word <= IDENTITY; word++) {
            words[word] = in.getLong();
        }
        int set = set(words[0], words[1], words[2], words[3], words[IDENTITY]);
        int target = set;
        for (int place = set; place < set + WAYS * LENGTH; place += LENGTH) {
            if (Arrays.equals(places, place, place + PORTS, words, 0, PORTS)) {
                target = place;
                break;
            }
            if (isBetterVictim(place, target)) {
                target = place;
            }
        }
        if (state != null) {
            var value = ByteBuffer.wrap(state);
            words[PORTS] = value.getLong();
            words[SEEN] = value.getLong();
            System.arraycopy(words, 0, places, target, LENGTH);
            logged.set(target / LENGTH);
        } else if (Arrays.equals(places, target, target + PORTS, words, 0, PORTS)) {
            Arrays.fill(places, target, target + LENGTH, 0);
            logged.clear(target / LENGTH);
        }
        changed.clear(target / LENGTH);
    }
}
