package headgate.forwarding;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.BIG_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.IntConsumer;

/// Frames that leave the host because of one that came in, in their order, as bytes in one buffer
/// that is reused.
public final class EgressFrames {
    /// What a frame is, seen from the frame that made it leave.
    public enum Kind {
        FORWARD,

        /// A fragment of a packet that came in whole.
        FORWARD_FRAGMENT,

        ICMP_ERROR,
        REDIRECT,
        ECHO_REPLY,
        TIMESTAMP_REPLY,
        TCP_RESET,
        SYN_ACK,
        ARP_REQUEST,
        ARP_REPLY,
        NEIGHBOUR_SOLICITATION,
        NEIGHBOUR_ADVERTISEMENT,
        IGMP_REPORT,
        MLD_REPORT,
        OTHER
    }

    /// More than the largest packet in the smallest fragments.
    static final int MOST_BYTES = 1 << 20;

    private static final int ETHERNET_HEADER = 14;
    private static final ValueLayout.OfShort U16 = JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);

    private MemorySegment bytes = MemorySegment.ofArray(new byte[4096]);
    private int used;
    private int count;
    private int omitted;
    private Kind[] kinds = new Kind[8];
    private NetDevice[] devices = new NetDevice[8];
    private int[] starts = new int[8];
    private int[] lengths = new int[8];
    private int[] wireLengths = new int[8];
    private long[] destinationMacs = new long[8];

    /// The packet that passes through, as long as nobody asked for its bytes; null if there is
    /// none.
    private Skb unwritten;

    private int unwrittenAt;

    /// Takes the EtherType of each packet that is lost because its device has no carrier.
    private final IntConsumer lost;

    EgressFrames(IntConsumer lost) {
        this.lost = lost;
    }

    void clear() {
        used = count = omitted = 0;
        unwritten = null;
    }

    public int count() {
        return count;
    }

    /// Frames that left but are not kept, because a megabyte of them is.
    public int omitted() {
        return omitted;
    }

    public Kind kind(int index) {
        return kinds[index];
    }

    public NetDevice device(int index) {
        return devices[index];
    }

    /// The buffer in which frame `index` has [#length] bytes from [#start] on. Valid until the path
    /// judges the next frame.
    public MemorySegment bytes() {
        write();
        return bytes;
    }

    public int start(int index) {
        return starts[index];
    }

    /// Bytes that are here; fewer than [#wireLength] where the capture cut the packet.
    public int length(int index) {
        return lengths[index];
    }

    public int wireLength(int index) {
        return wireLengths[index];
    }

    /// Link address of the next hop; what it is plays no part for devices without.
    public long destinationMac(int index) {
        return destinationMacs[index];
    }

    /// A copy of one frame's bytes.
    public byte[] copy(int index) {
        return bytes().asSlice(starts[index], lengths[index]).toArray(ValueLayout.JAVA_BYTE);
    }

    /// Adds a packet whole, as it stands in `skb`, behind the link-layer header that `device` gives
    /// it.
    ///
    /// @param destinationMac 48 bits; plays no part for devices without link addresses
    /// @param last whether nothing changes the packet any more until the next frame is judged, so
    ///   that its bytes need not be copied before somebody asks for them
    public void add(
            Kind kind,
            NetDevice device,
            long destinationMac,
            int etherType,
            Skb skb,
            boolean last) {
        int at = begin(kind, device, destinationMac, etherType, skb.captured, skb.length);
        if (at < 0) {
            return;
        }
        write();
        unwritten = skb;
        unwrittenAt = at;
        if (!last) {
            write();
        }
    }

    private void write() {
        if (unwritten != null) {
            MemorySegment.copy(unwritten.bytes(), 0, bytes, unwrittenAt, unwritten.captured);
            unwritten = null;
        }
    }

    /// Adds a frame with its link-layer header written and room for a packet.
    ///
    /// @param length bytes of the packet that are here
    /// @param wireLength bytes that the packet has
    /// @return where in [#bytes] the packet belongs; -1 if there is no room, or the device has no
    ///   carrier
    public int begin(
            Kind kind,
            NetDevice device,
            long destinationMac,
            int etherType,
            int length,
            int wireLength) {
        if (device.lacksCarrier()) {
            lost.accept(etherType);
            return -1;
        }
        int header = device.mac() < 0 ? 0 : ETHERNET_HEADER;
        if (!reserve(header + length)) {
            return -1;
        }
        int at = used + header;
        if (header > 0) {
            putMac(bytes, used, destinationMac);
            putMac(bytes, used + 6, device.mac());
            bytes.set(U16, used + 12, (short) etherType);
        }
        kinds[count] = kind;
        devices[count] = device;
        destinationMacs[count] = destinationMac;
        starts[count] = used;
        lengths[count] = header + length;
        wireLengths[count++] = header + wireLength;
        used = at + length;
        return at;
    }

    /// Takes back the frame that was added last: it stays in the host.
    void removeLast() {
        used = starts[--count];
    }

    static void putMac(MemorySegment bytes, long at, long mac) {
        bytes.set(U16, at, (short) (mac >>> 32));
        bytes.set(U16, at + 2, (short) (mac >>> 16));
        bytes.set(U16, at + 4, (short) mac);
    }

    private boolean reserve(int more) {
        if (used + more > MOST_BYTES) {
            omitted++;
            return false;
        }
        if (used + more > bytes.byteSize()) {
            int capacity = Integer.highestOneBit(used + more) * 2;
            MemorySegment larger = MemorySegment.ofArray(new byte[Math.min(capacity, MOST_BYTES)]);
            MemorySegment.copy(bytes, 0, larger, 0, used);
            bytes = larger;
        }
        if (count == kinds.length) {
            kinds = Arrays.copyOf(kinds, count * 2);
            devices = Arrays.copyOf(devices, count * 2);
            starts = Arrays.copyOf(starts, count * 2);
            lengths = Arrays.copyOf(lengths, count * 2);
            wireLengths = Arrays.copyOf(wireLengths, count * 2);
            destinationMacs = Arrays.copyOf(destinationMacs, count * 2);
        }
        return true;
    }
}
