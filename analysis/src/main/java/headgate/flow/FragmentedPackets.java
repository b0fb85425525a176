package headgate.flow;

import headgate.packet.Checksum;
import headgate.packet.Frame;
import headgate.packet.Ipv6FragmentView;
import headgate.packet.Ipv6View;
import headgate.packet.Layer;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// Puts the fragments of IPv4 and IPv6 packets together as Zeek does (`Frag.cc`): packets are known
/// by addresses and identification (RFC 791, RFC 8200 section 4.5), of two fragments that overlap
/// the bytes that came first stand, and no time runs out. What waits takes at most [#MOST_BYTES];
/// beyond that the packet that has waited longest is given up.
final class FragmentedPackets {
    static final int MOST_BYTES = 16 << 20;

    /// What a packet that waits takes beside its bytes.
    private static final int PACKET_COST = 256;

    private static final int MORE_FRAGMENTS_V4 = 0x2000;
    private static final int OFFSET_V4 = 0x1fff;
    private static final int LONGEST = 65_535;

    private record Datagram(
            int version,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int identification) {}

    /// Where the parts of one fragment lie in its frame, in bytes from the frame's first.
    ///
    /// @param nextHeaderAt of the field, in the packet's own headers, that names what was
    ///   fragmented
    private record Fragment(
            Datagram datagram,
            int headerOffset,
            int headerLength,
            int nextHeaderAt,
            int nextHeader,
            int payloadOffset,
            int payloadLength,
            int offset,
            boolean more) {}

    private static final class Waiting {
        /// Of the fragment that came first; replaced by that of offset 0.
        byte[] header = new byte[0];

        byte[] payload = new byte[0];

        /// Starts and ends of what is there; no two touch.
        final TreeMap<Integer, Integer> runs = new TreeMap<>();

        /// Bytes of the whole; -1 while the last fragment is missing.
        int length = -1;

        int cost() {
            return PACKET_COST + header.length + payload.length + PACKET_COST * runs.size();
        }

        boolean isWhole() {
            Map.Entry<Integer, Integer> first = runs.firstEntry();
            return length >= 0 && first.getKey() == 0 && first.getValue() >= length;
        }
    }

    private final LinkedHashMap<Datagram, Waiting> waiting = new LinkedHashMap<>();
    private long bytes;
    private long givenUp;

    /// Packets of which not all fragments came.
    long incomplete() {
        return givenUp + waiting.size();
    }

    /// The number of the outermost of the frame's own headers that says that its packet is a
    /// fragment; -1 if there is none.
    static int fragmentIn(Frame frame) {
        for (int i = 0; i < frame.ownLayerCount(); i++) {
            Layer layer = frame.layer(i);
            if (layer == Layer.IPV6_FRAGMENT
                    || layer == Layer.IPV4
                            && (flagsAndOffset(frame, i) & (MORE_FRAGMENTS_V4 | OFFSET_V4)) != 0) {
                return i;
            }
        }
        return -1;
    }

    private static int flagsAndOffset(Frame frame, int index) {
        return NetworkOrder.u16(frame.bytes, frame.start + frame.layerOffset(index) + 6);
    }

    /// Whether the fragment was captured whole; one that was not cannot be put together with
    /// others.
    static boolean isCaptured(Frame frame, int index) {
        Fragment fragment = read(frame, index);
        return fragment.payloadLength >= 0
                && fragment.payloadOffset + fragment.payloadLength <= frame.lengthCaptured;
    }

    /// Whether header `index` says that the fragment begins its packet.
    static boolean isFirst(Frame frame, int index) {
        return read(frame, index).offset == 0;
    }

    /// Takes in the fragment that header `index` of the frame tells of.
    ///
    /// @return the whole packet from its IP header on, without anything that says of fragments;
    ///   null while others are missing
    byte[] whole(Frame frame, int index) {
        Fragment fragment = read(frame, index);
        Waiting packet = waiting.remove(fragment.datagram);
        if (packet == null) {
            packet = new Waiting();
        } else {
            bytes -= packet.cost();
        }
        add(packet, frame, fragment);
        if (packet.isWhole()) {
            return join(packet, fragment.datagram.version);
        }
        waiting.put(fragment.datagram, packet);
        bytes += packet.cost();
        while (bytes > MOST_BYTES) {
            bytes -= waiting.pollFirstEntry().getValue().cost();
            givenUp++;
        }
        return null;
    }

    private static Fragment read(Frame frame, int index) {
        return frame.layer(index) == Layer.IPV4 ? ipv4(frame, index) : ipv6(frame, index);
    }

    private static Fragment ipv4(Frame frame, int index) {
        int at = frame.layerOffset(index);
        MemorySegment bytes = frame.bytes;
        long start = frame.start + at;
        int headerLength = (NetworkOrder.u8(bytes, start) & 0xf) * 4;
        int flagsAndOffset = flagsAndOffset(frame, index);
        return new Fragment(
                new Datagram(
                        4,
                        0,
                        NetworkOrder.i32(bytes, start + 12),
                        0,
                        NetworkOrder.i32(bytes, start + 16),
                        NetworkOrder.u16(bytes, start + 4)),
                at,
                headerLength,
                9,
                NetworkOrder.u8(bytes, start + 9),
                at + headerLength,
                NetworkOrder.u16(bytes, start + 2) - headerLength,
                (flagsAndOffset & OFFSET_V4) * 8,
                (flagsAndOffset & MORE_FRAGMENTS_V4) != 0);
    }

    /// `index` is that of the fragment header.
    private static Fragment ipv6(Frame frame, int index) {
        int packet = frame.packetOf(index);
        int at = frame.layerOffset(packet);
        int fragmentAt = frame.layerOffset(index);
        MemorySegment bytes = frame.bytes;
        long start = frame.start + at;
        long header = frame.start + fragmentAt;
        int named = packet == index - 1 ? 6 : frame.layerOffset(index - 1) - at;
        int offsetAndMore = NetworkOrder.u16(bytes, header + 2);
        int end = Ipv6View.HEADER_LENGTH + NetworkOrder.u16(bytes, start + 4);
        return new Fragment(
                new Datagram(
                        6,
                        NetworkOrder.i64(bytes, start + 8),
                        NetworkOrder.i64(bytes, start + 16),
                        NetworkOrder.i64(bytes, start + 24),
                        NetworkOrder.i64(bytes, start + 32),
                        NetworkOrder.i32(bytes, header + 4)),
                at,
                fragmentAt - at,
                named,
                NetworkOrder.u8(bytes, header),
                fragmentAt + Ipv6FragmentView.HEADER_LENGTH,
                at + end - fragmentAt - Ipv6FragmentView.HEADER_LENGTH,
                offsetAndMore & 0xfff8,
                (offsetAndMore & 1) != 0);
    }

    private static void add(Waiting packet, Frame frame, Fragment fragment) {
        if (packet.header.length == 0 || fragment.offset == 0) {
            packet.header = copy(frame, fragment.headerOffset, fragment.headerLength);
            packet.header[fragment.nextHeaderAt] = (byte) fragment.nextHeader;
        }
        int from = fragment.offset;
        int to = Math.min(from + fragment.payloadLength, LONGEST);
        if (!fragment.more || packet.length >= 0 && to > packet.length) {
            packet.length = Math.max(packet.length, to);
        }
        if (from >= to) {
            // An empty one is the whole of an empty packet, or nothing.
            packet.runs.putIfAbsent(from, from);
            return;
        }
        if (packet.payload.length < to) {
            packet.payload = Arrays.copyOf(packet.payload, to);
        }
        fill(packet, frame, fragment.payloadOffset - from, from, to);
    }

    /// Copies what is not there yet; `shift` leads from a place in the packet to that in the frame.
    private static void fill(Waiting packet, Frame frame, int shift, int from, int to) {
        int at = from;
        while (at < to) {
            Map.Entry<Integer, Integer> before = packet.runs.floorEntry(at);
            if (before != null && before.getValue() > at) {
                at = before.getValue();
                continue;
            }
            Integer next = packet.runs.higherKey(at);
            int end = next == null ? to : Math.min(next, to);
            MemorySegment.copy(
                    frame.bytes,
                    ValueLayout.JAVA_BYTE,
                    frame.start + shift + at,
                    packet.payload,
                    at,
                    end - at);
            at = end;
        }
        int start = from;
        int end = to;
        Map.Entry<Integer, Integer> touching = packet.runs.floorEntry(end);
        while (touching != null && touching.getValue() >= start) {
            start = Math.min(start, touching.getKey());
            end = Math.max(end, touching.getValue());
            packet.runs.remove(touching.getKey());
            touching = packet.runs.floorEntry(end);
        }
        packet.runs.put(start, end);
    }

    private static byte[] copy(Frame frame, int offset, int length) {
        byte[] copy = new byte[length];
        MemorySegment.copy(
                frame.bytes, ValueLayout.JAVA_BYTE, frame.start + offset, copy, 0, length);
        return copy;
    }

    private static byte[] join(Waiting packet, int version) {
        int header = packet.header.length;
        int payload = Math.min(packet.runs.firstEntry().getValue(), LONGEST - header);
        byte[] whole = Arrays.copyOf(packet.header, header + payload);
        System.arraycopy(packet.payload, 0, whole, header, payload);
        if (version == 4) {
            put16(whole, 2, header + payload);
            put16(whole, 6, 0);
            put16(whole, 10, 0);
            put16(whole, 10, headerChecksum(whole, header));
        } else {
            put16(whole, 4, header + payload - Ipv6View.HEADER_LENGTH);
        }
        return whole;
    }

    private static int headerChecksum(byte[] packet, int headerLength) {
        return Checksum.of(MemorySegment.ofArray(packet), 0, headerLength);
    }

    private static void put16(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
    }
}
