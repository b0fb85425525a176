package headgate.flow;

import headgate.packet.Check;
import headgate.packet.Checksum;
import headgate.packet.ChecksumStatus;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.Ieee80211View;
import headgate.packet.IpProtocol;
import headgate.packet.Layer;
import headgate.packet.LinkType;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/// Hands on the packets of a frame that Zeek has connections for: fragments as the packet that they
/// make, the datagrams of UDP tunnels beside what they carry, Teredo at any port, and each packet
/// of an 802.11 aggregate; and nothing of what Zeek leaves out. Rules Z5, Z6, Z8 to Z11 of
/// `docs/flows.md`.
///
/// For a frame that is none of these its own facts are handed on, and nothing is copied.
public final class ZeekPackets {
    private static final int AGGREGATE_ALIGNMENT = 4;
    private static final int SUBFRAME_HEADER_LENGTH = 14;
    private static final int SUBFRAME_LENGTH_AT = 12;

    private static final int AYIYA_PORT = 5072;
    private static final int AYIYA_HEADER_LENGTH = 8;
    private static final int AYIYA_USUAL = 0x5211;
    private static final int AYIYA_FORWARD = 1;

    /// What Teredo may begin with: IPv6, and the two indications, of which the first byte is 0.
    private static final int SHORTEST_TEREDO = 40;

    private final boolean verifiesChecksums;
    private final Consumer<Frame> next;
    private final FrameDecoder opening = FrameDecoder.openingTeredoAtAnyPort();
    private final FrameDecoder closed = FrameDecoder.leavingDatagramsClosed();
    private final FragmentedPackets fragments = new FragmentedPackets();
    private final Ieee80211View ieee80211 = new Ieee80211View();
    private final Frame opened = new Frame();
    private final Frame around = new Frame();
    private long wrongChecksums;

    /// @param next takes the packets; it must not keep them
    public ZeekPackets(FlowSettings settings, Consumer<Frame> next) {
        this.verifiesChecksums = settings.verifiesChecksums();
        this.next = next;
    }

    /// Fragmented packets of which not all fragments came; they are in no connection.
    public long incompletePackets() {
        return fragments.incomplete();
    }

    /// Packets around others whose checksum is wrong, so that what they carry is in no connection.
    public long wrongChecksums() {
        return wrongChecksums;
    }

    /// Takes one decoded frame.
    public void onFrame(Frame frame) {
        onPackets(frame, 0);
    }

    /// `depth` of packets that were put together and lay in one another.
    private void onPackets(Frame frame, int depth) {
        int fragment = depth < Frame.MAX_NESTING ? FragmentedPackets.fragmentIn(frame) : -1;
        if (fragment >= 0 && FragmentedPackets.isCaptured(frame, fragment)) {
            onFragment(frame, fragment, depth);
        } else if (fragment < 0 || FragmentedPackets.isFirst(frame, fragment)) {
            Frame read = mayBeTeredo(frame) ? opened(frame) : frame;
            if (!onAggregate(read, depth)) {
                onDatagramsAround(read);
                onAyiya(read, depth);
            }
        }
    }

    // ---- Fragments ----

    private void onFragment(Frame frame, int index, int depth) {
        if (isBad(Checksum.ofIpv4Header(frame, index))) {
            return;
        }
        byte[] packet = fragments.whole(frame, index);
        if (packet == null) {
            return;
        }
        int ip = frame.layer(index) == Layer.IPV4 ? index : frame.packetOf(index);
        boolean keepsLink = isPlainLink(frame, ip);
        int link = keepsLink ? frame.layerOffset(ip) : 0;
        byte[] bytes = new byte[link + packet.length];
        MemorySegment.copy(frame.bytes, ValueLayout.JAVA_BYTE, frame.start, bytes, 0, link);
        System.arraycopy(packet, 0, bytes, link, packet.length);
        var whole = new Frame();
        whole.bytes = MemorySegment.ofArray(bytes);
        whole.lengthCaptured = whole.lengthOnWire = bytes.length;
        whole.arrivalNanos = frame.arrivalNanos;
        whole.linkType = keepsLink ? frame.linkType : LinkType.RAW;
        opening.decode(whole);
        onPackets(whole, depth + 1);
    }

    /// Whether nothing before this header says how long the packet is.
    private static boolean isPlainLink(Frame frame, int ip) {
        for (int i = 0; i < ip; i++) {
            boolean isPlain =
                    switch (frame.layer(i)) {
                        case ETHERNET, VLAN, LINUX_SLL, LINUX_SLL2, NULL_LOOPBACK -> true;
                        default -> false;
                    };
            if (!isPlain) {
                return false;
            }
        }
        return true;
    }

    // ---- Aggregates ----

    /// Takes the frames apart that an 802.11 aggregate carries (A-MSDU, IEEE 802.11 section
    /// 9.3.2.2): each has two addresses and a length, as an 802.3 frame.
    private boolean onAggregate(Frame frame, int depth) {
        int last = frame.layerCount - 1;
        if (last < 0 || frame.layer(last) != Layer.IEEE_802_11) {
            return false;
        }
        int offset = frame.layerOffset(last);
        int end = Math.min(frame.layerEnd(last), frame.lengthCaptured);
        Check check = ieee80211.wrap(frame.bytes, frame.start + offset, frame.start + end);
        if (check != Check.OK || !ieee80211.isAggregate()) {
            return false;
        }
        // The frame may be the reused one, which the packets in this one then take.
        MemorySegment bytes = frame.bytes;
        long nanos = frame.arrivalNanos;
        long at = frame.start + offset + ieee80211.headerLength();
        long left = end - offset - ieee80211.headerLength();
        while (left >= SUBFRAME_HEADER_LENGTH) {
            int length = SUBFRAME_HEADER_LENGTH + NetworkOrder.u16(bytes, at + SUBFRAME_LENGTH_AT);
            if (length > left) {
                return true;
            }
            var subframe = new Frame();
            subframe.bytes = bytes;
            subframe.start = at;
            subframe.lengthCaptured = subframe.lengthOnWire = length;
            subframe.arrivalNanos = nanos;
            opening.decode(subframe);
            onPackets(subframe, depth + 1);
            int padded = length + AGGREGATE_ALIGNMENT - 1 & -AGGREGATE_ALIGNMENT;
            at += padded;
            left -= padded;
        }
        return true;
    }

    // ---- Datagrams ----

    private static boolean mayBeTeredo(Frame frame) {
        for (int i = 0; i < frame.layerCount; i++) {
            if (frame.layer(i) == Layer.TEREDO) {
                return true;
            }
        }
        if (frame.protocol != IpProtocol.UDP || frame.payloadCaptured < SHORTEST_TEREDO) {
            return false;
        }
        int first = NetworkOrder.u8(frame.bytes, frame.start + frame.payloadOffset);
        return first == 0 || first >>> 4 == 6;
    }

    private Frame opened(Frame frame) {
        place(opened, frame, 0, frame.lengthOnWire, frame.linkType);
        opening.decode(opened);
        return opened;
    }

    private static void place(Frame placed, Frame in, int offset, int length, int linkType) {
        placed.bytes = in.bytes;
        placed.start = in.start + offset;
        placed.lengthOnWire = length;
        placed.lengthCaptured = Math.min(length, in.lengthCaptured - offset);
        placed.arrivalNanos = in.arrivalNanos;
        placed.linkType = linkType;
    }

    /// AYIYA (draft-massar-v6ops-ayiya section 3): identity and signature of told lengths between
    /// UDP and the packet; known by its port, or by SHA-1 with a shared secret and "forward".
    private void onAyiya(Frame frame, int depth) {
        if (frame.protocol != IpProtocol.UDP
                || frame.isFragment()
                || frame.payloadCaptured < AYIYA_HEADER_LENGTH
                || isBad(Checksum.ofTransport(frame))) {
            return;
        }
        int word = NetworkOrder.i32(frame.bytes, frame.start + frame.payloadOffset);
        boolean isNamed =
                frame.sourcePort == AYIYA_PORT
                        || frame.destinationPort == AYIYA_PORT
                        || (word >>> 8 & 0xffff) == AYIYA_USUAL;
        int length = AYIYA_HEADER_LENGTH + (1 << (word >>> 28)) + (word >>> 20 & 0xf) * 4;
        boolean isForward = (word >>> 8 & 0xf) == AYIYA_FORWARD;
        int nextHeader = word & 0xff;
        boolean isIp = nextHeader == IpProtocol.IPV4 || nextHeader == IpProtocol.IPV6;
        if (isNamed && isForward && isIp && length < frame.payloadCaptured) {
            var inner = new Frame();
            place(
                    inner,
                    frame,
                    frame.payloadOffset + length,
                    frame.payloadLength - length,
                    LinkType.RAW);
            opening.decode(inner);
            onPackets(inner, depth + 1);
        }
    }

    /// Hands on every datagram with a packet in it, outer to inner, and then the innermost packet.
    private void onDatagramsAround(Frame frame) {
        int own = frame.ownLayerCount();
        boolean isOutermost = true;
        for (int i = 0; i < own - 1; i++) {
            if (isBad(Checksum.ofIpv4Header(frame, i)) && !isInnermost(frame, i)) {
                wrongChecksums++;
                return;
            }
            if (frame.layer(i) != Layer.UDP) {
                continue;
            }
            int ip = isOutermost ? 0 : frame.layerOffset(frame.packetOf(i));
            place(
                    around,
                    frame,
                    ip,
                    isOutermost ? frame.lengthOnWire : frame.layerEnd(i) - ip,
                    isOutermost ? frame.linkType : LinkType.RAW);
            isOutermost = false;
            closed.decode(around);
            if (isConnection(around)) {
                next.accept(around);
            }
            if (frame.layerOffset(i) == frame.transportOffset) {
                return;
            }
            if (isBad(Checksum.ofTransport(frame, i))) {
                wrongChecksums++;
                return;
            }
        }
        if (isConnection(frame)) {
            next.accept(frame);
        }
    }

    /// Where what carries the innermost packet says that it ends.
    private static int packetEnd(Frame frame) {
        int index = frame.ownLayerCount() - 1;
        while (index > 0 && !isInnermost(frame, index)) {
            index--;
        }
        return frame.layerEnd(index);
    }

    private static boolean isInnermost(Frame frame, int index) {
        return frame.layerOffset(index) == frame.networkOffset;
    }

    private boolean isBad(ChecksumStatus status) {
        return verifiesChecksums && status == ChecksumStatus.BAD;
    }

    /// Zeek has no connection for IGMP, for IPv6 that is encrypted, moves, or says that nothing
    /// follows, nor for a packet that is longer than what carries it or whose transport header is
    /// cut.
    private static boolean isConnection(Frame frame) {
        if (frame.ipVersion == 0) {
            return true;
        }
        if (frame.networkOffset + frame.networkLength() > packetEnd(frame)) {
            return false;
        }
        return switch (frame.protocol) {
            case IpProtocol.TCP -> frame.tcpHeaderLength() > 0 || frame.isFragment();
            case IpProtocol.UDP -> frame.udpLength() >= 0 || frame.isFragment();
            case IpProtocol.ICMP -> frame.icmpType() >= 0 || frame.ipVersion == 6;
            case IpProtocol.ICMPV6 -> frame.icmpType() >= 0 || frame.ipVersion == 4;
            case IpProtocol.IGMP, IpProtocol.NO_NEXT_HEADER -> false;
            case IpProtocol.ESP, IpProtocol.MOBILITY -> frame.ipVersion == 4;
            default -> true;
        };
    }
}
