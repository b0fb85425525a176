package headgate.packet;

import headgate.packet.DecodeError.Limit;

/// Walks the layers of one frame: the only place that knows their order.
///
/// Not for several threads at once: the views are reused from frame to frame.
public final class FrameDecoder {
    private static final Limit[] LIMITS = Limit.values();

    private final VlanView vlan = new VlanView();
    private final LinuxSllView linuxSll = new LinuxSllView();
    private final LinuxSll2View linuxSll2 = new LinuxSll2View();
    private final NullLoopbackView nullLoopback = new NullLoopbackView();
    private final Ipv6ExtensionView ipv6Extension = new Ipv6ExtensionView();
    private final Ipv6FragmentView ipv6Fragment = new Ipv6FragmentView();
    private final QuotedPacket quotedPacket = new QuotedPacket();
    private final TunnelWalk tunnels = new TunnelWalk(this);
    private final PlainWalk plain = new PlainWalk(this);
    private final LinkWalk links = new LinkWalk(this, tunnels);

    /// Which datagrams are looked into.
    private enum Datagrams {
        NONE,
        BY_PORT,
        BY_PORT_OR_TEREDO
    }

    private final boolean opensDatagrams;
    private final boolean seeksTeredo;

    /// Where the innermost layer so far ends, in bytes from the frame's first; what is captured may
    /// end before.
    private int end;

    /// Where the bytes that are there end: [#end], or before it where the capture cut the frame.
    private int readable;

    /// Ordinal of the [Limit] that set it: storing a reference makes the collector's barrier part
    /// of every frame.
    private int endSetBy;

    /// Reads whatever is nested in a frame.
    public FrameDecoder() {
        this(Datagrams.BY_PORT);
    }

    private FrameDecoder(Datagrams opened) {
        this.opensDatagrams = opened != Datagrams.NONE;
        this.seeksTeredo = opened == Datagrams.BY_PORT_OR_TEREDO;
    }

    /// Takes what a UDP datagram carries for payload, a tunnel too: the datagram's own facts stay.
    public static FrameDecoder leavingDatagramsClosed() {
        return new FrameDecoder(Datagrams.NONE);
    }

    /// Reads Teredo at any port too, where the content leaves little doubt. Its clients have ports
    /// of their own choice towards each other and towards relays (RFC 4380 section 5.2).
    public static FrameDecoder openingTeredoAtAnyPort() {
        return new FrameDecoder(Datagrams.BY_PORT_OR_TEREDO);
    }

    /// Fills in the facts of the frame whose bytes, lengths and link type are already placed. Never
    /// throws for bytes that came from a network, whatever they are.
    ///
    /// To set all fields to "absent" first would cost as much as reading a header. Each header sets
    /// all fields of its kind; what the frame before had and this one has not is cleared at the
    /// end. The other facts stay in the headers, which are as good as absent unless they are noted
    /// as present.
    public void decode(Frame frame) {
        int before = frame.present;
        if (frame.linkType != LinkType.ETHERNET || !plain.decode(frame)) {
            walk(frame);
        }
        int stale = before & ~frame.present & Frame.CLEARED;
        if (stale != 0) {
            frame.clear(stale);
        }
    }

    /// Decodes whatever frame it is; nothing of it is read yet.
    void walk(Frame frame) {
        frame.present = 0;
        frame.layerCount = frame.vlanCount = 0;
        frame.etherType = -1;
        layers(frame);
    }

    private void layers(Frame frame) {
        end = frame.lengthOnWire;
        readable = Math.min(end, frame.lengthCaptured);
        endSetBy = Limit.FRAME_LENGTH.ordinal();
        switch (frame.linkType) {
            case LinkType.ETHERNET -> ethernet(frame);
            case LinkType.LINUX_SLL -> linuxSll(frame);
            case LinkType.LINUX_SLL2 -> linuxSll2(frame);
            case LinkType.NULL, LinkType.LOOP -> nullLoopback(frame);
            case LinkType.RAW, LinkType.BSD_RAW, LinkType.OPENBSD_RAW -> rawIp(frame);
            case LinkType.IPV4 -> network(frame, EtherType.IPV4, 0);
            case LinkType.IPV6 -> network(frame, EtherType.IPV6, 0);
            default -> links.decode(frame, frame.linkType, 0);
        }
    }

    // ---- Link layer ----

    private void ethernet(Frame frame) {
        Check check = frame.ethernet.wrap(frame.bytes, frame.start, limit(frame));
        if (check != Check.OK) {
            fail(frame, check, Layer.ETHERNET, 0, EthernetView.HEADER_LENGTH);
            return;
        }
        frame.addLayer(Layer.ETHERNET, 0);
        frame.present |= Frame.LINK | Frame.DESTINATION_MAC | Frame.SOURCE_MAC;
        lengthOrType(frame, frame.ethernet.lengthOrType(), EthernetView.HEADER_LENGTH);
    }

    private void linuxSll(Frame frame) {
        Check check = linuxSll.wrap(frame.bytes, frame.start, limit(frame));
        if (check != Check.OK) {
            fail(frame, check, Layer.LINUX_SLL, 0, LinuxSllView.HEADER_LENGTH);
            return;
        }
        frame.addLayer(Layer.LINUX_SLL, 0);
        frame.packetType = linuxSll.packetType();
        frame.setMacs(-1, linuxSll.addressLength() == 6 ? linuxSll.address() : -1);
        cooked(frame, linuxSll.protocol(), LinuxSllView.HEADER_LENGTH);
    }

    private void linuxSll2(Frame frame) {
        Check check = linuxSll2.wrap(frame.bytes, frame.start, limit(frame));
        if (check != Check.OK) {
            fail(frame, check, Layer.LINUX_SLL2, 0, LinuxSll2View.HEADER_LENGTH);
            return;
        }
        frame.addLayer(Layer.LINUX_SLL2, 0);
        frame.packetType = linuxSll2.packetType();
        frame.setMacs(-1, linuxSll2.addressLength() == 6 ? linuxSll2.address() : -1);
        cooked(frame, linuxSll2.protocol(), LinuxSll2View.HEADER_LENGTH);
    }

    /// Below 1536 Linux names protocols of its own; 4 is IEEE 802.2 LLC.
    private void cooked(Frame frame, int protocol, int offset) {
        if (EtherType.isType(protocol)) {
            network(frame, protocol, offset);
        } else if (protocol == LinuxSllView.PROTOCOL_LLC) {
            tunnels.llc(frame, offset);
        } else {
            payload(frame, offset);
        }
    }

    private void nullLoopback(Frame frame) {
        Check check = nullLoopback.wrap(frame.bytes, frame.start, limit(frame));
        if (check != Check.OK) {
            fail(frame, check, Layer.NULL_LOOPBACK, 0, NullLoopbackView.HEADER_LENGTH);
            return;
        }
        frame.addLayer(Layer.NULL_LOOPBACK, 0);
        network(frame, nullLoopback.etherType(), NullLoopbackView.HEADER_LENGTH);
    }

    private void rawIp(Frame frame) {
        boolean isIpv6 =
                present(frame, 0) > 0 && NetworkOrder.u8(frame.bytes, frame.start) >>> 4 == 6;
        network(frame, isIpv6 ? EtherType.IPV6 : EtherType.IPV4, 0);
    }

    private void lengthOrType(Frame frame, int lengthOrType, int offset) {
        if (EtherType.isType(lengthOrType)) {
            network(frame, lengthOrType, offset);
            return;
        }
        tunnels.ieee8023(frame, lengthOrType, offset);
    }

    /// A header of the link layer inside a packet.
    void link(Frame frame, int linkType, int offset) {
        links.decode(frame, linkType, offset);
    }

    /// A frame of IEEE 802.11 from an access point to its controller or back.
    void wirelessInTunnel(Frame frame, int offset) {
        links.wirelessInTunnel(frame, offset);
    }

    // ---- Network layer ----

    void network(Frame frame, int etherType, int offset) {
        switch (etherType) {
            case EtherType.IPV4 -> {
                frame.etherType = etherType;
                ipv4(frame, offset);
            }
            case EtherType.IPV6 -> {
                frame.etherType = etherType;
                ipv6(frame, offset);
            }
            case EtherType.ARP -> {
                frame.etherType = etherType;
                arp(frame, offset);
            }
            case EtherType.VLAN, EtherType.PROVIDER_BRIDGING, EtherType.QINQ_OLD ->
                    vlan(frame, etherType, offset);
            default -> {
                frame.etherType = etherType;
                tunnels.network(frame, etherType, offset);
            }
        }
    }

    private void vlan(Frame frame, int tagProtocol, int offset) {
        int next = tagProtocol;
        int at = offset;
        while (EtherType.isVlan(next) && frame.vlanCount < Frame.MAX_VLAN_TAGS) {
            Check check = vlan.wrap(frame.bytes, frame.start + at, limit(frame));
            if (check != Check.OK) {
                fail(frame, check, Layer.VLAN, at, VlanView.HEADER_LENGTH);
                return;
            }
            frame.addLayer(Layer.VLAN, at);
            frame.vlanTags[frame.vlanCount++] = next << 16 | vlan.tagControlInformation();
            next = vlan.lengthOrType();
            at += VlanView.HEADER_LENGTH;
        }
        if (EtherType.isVlan(next)) {
            frame.etherType = next;
            frame.noteTooDeep(Layer.VLAN, at);
            payload(frame, at);
            return;
        }
        lengthOrType(frame, next, at);
    }

    void arp(Frame frame, int offset) {
        Check check = frame.arp.wrap(frame.bytes, frame.start + offset, limit(frame));
        if (check != Check.OK) {
            int needed =
                    present(frame, offset) < ArpView.HEADER_LENGTH
                            ? ArpView.HEADER_LENGTH
                            : frame.arp.length();
            fail(frame, check, Layer.ARP, offset, needed);
            return;
        }
        frame.addLayer(Layer.ARP, offset);
        frame.present |= Frame.ARP;
        // What follows pads the Ethernet frame.
        end = offset + frame.arp.length();
        readable = Math.min(readable, end);
        payload(frame, end);
    }

    private void ipv4(Frame frame, int offset) {
        Check check = frame.ipv4.wrap(frame.bytes, frame.start + offset, limit(frame));
        if (check == Check.OK) {
            noteIpv4(frame, offset);
            int totalLength = frame.ipv4.totalLength();
            if (totalLength != 0) {
                endAt(frame, offset + totalLength, Limit.IPV4_TOTAL_LENGTH, Layer.IPV4, offset);
            }
            transport(frame, frame.ipv4.protocol(), offset + frame.ipv4.headerLength());
        } else {
            ipv4Failed(frame, check, offset);
        }
    }

    private static void noteIpv4(Frame frame, int offset) {
        frame.addLayer(Layer.IPV4, offset);
        frame.present |= Frame.IP | Frame.IPV4;
        ipv4Facts(frame, offset, frame.ipv4.headerLength());
    }

    static void ipv4Facts(Frame frame, int offset, int headerLength) {
        frame.ipVersion = 4;
        frame.networkOffset = offset;
        frame.networkHeaderLength = headerLength;
        frame.protocol = frame.ipv4.protocol();
        frame.sourceHigh = frame.destinationHigh = 0;
        frame.sourceLow = Integer.toUnsignedLong(frame.ipv4.sourceAddress());
        frame.destinationLow = Integer.toUnsignedLong(frame.ipv4.destinationAddress());
    }

    private void ipv4Failed(Frame frame, Check check, int offset) {
        if (present(frame, offset) < Ipv4View.MIN_HEADER_LENGTH || check == Check.BAD_VERSION) {
            fail(frame, check, Layer.IPV4, offset, Ipv4View.MIN_HEADER_LENGTH);
        } else if (check == Check.TRUNCATED) {
            noteIpv4(frame, offset);
            fail(frame, check, Layer.IPV4, offset, frame.ipv4.headerLength());
        } else if (frame.ipv4.headerLength() < Ipv4View.MIN_HEADER_LENGTH) {
            fail(
                    frame,
                    check,
                    Layer.IPV4,
                    offset,
                    Ipv4View.MIN_HEADER_LENGTH,
                    frame.ipv4.headerLength(),
                    Limit.HEADER_LENGTH);
        } else {
            fail(
                    frame,
                    check,
                    Layer.IPV4,
                    offset,
                    frame.ipv4.headerLength(),
                    frame.ipv4.totalLength(),
                    Limit.IPV4_TOTAL_LENGTH);
        }
    }

    private void ipv6(Frame frame, int offset) {
        Check check = frame.ipv6.wrap(frame.bytes, frame.start + offset, limit(frame));
        if (check != Check.OK) {
            fail(frame, check, Layer.IPV6, offset, Ipv6View.HEADER_LENGTH);
            return;
        }
        frame.addLayer(Layer.IPV6, offset);
        frame.present |= Frame.IP | Frame.IPV6;
        ipv6Facts(frame, offset);
        if (frame.ipv6.payloadLength() != 0
                || frame.ipv6.nextHeader() == IpProtocol.NO_NEXT_HEADER) {
            endAt(
                    frame,
                    offset + Ipv6View.HEADER_LENGTH + frame.ipv6.payloadLength(),
                    Limit.IPV6_PAYLOAD_LENGTH,
                    Layer.IPV6,
                    offset);
        }
        ipv6Payload(frame, frame.ipv6.nextHeader());
    }

    static void ipv6Facts(Frame frame, int offset) {
        frame.ipVersion = 6;
        frame.networkOffset = offset;
        frame.networkHeaderLength = Ipv6View.HEADER_LENGTH;
        frame.protocol = -1;
        frame.sourceHigh = frame.ipv6.sourceHigh();
        frame.sourceLow = frame.ipv6.sourceLow();
        frame.destinationHigh = frame.ipv6.destinationHigh();
        frame.destinationLow = frame.ipv6.destinationLow();
    }

    /// What follows the IPv6 header and the extension headers that were read: more of these, or the
    /// transport.
    void ipv6Payload(Frame frame, int nextHeader) {
        int next = nextHeader;
        while (frame.fragmentOffset() == 0 && isExtension(next)) {
            next = extension(frame, next, frame.networkOffset + frame.networkHeaderLength);
        }
        if (next >= 0) {
            transport(frame, next, frame.networkOffset + frame.networkHeaderLength);
        }
    }

    static boolean isExtension(int nextHeader) {
        return nextHeader == IpProtocol.HOP_BY_HOP
                || nextHeader == IpProtocol.ROUTING
                || nextHeader == IpProtocol.FRAGMENT
                || nextHeader == IpProtocol.DESTINATION_OPTIONS;
    }

    /// Reads one extension header. Returns what follows it, or -1 if decoding stopped here.
    private int extension(Frame frame, int kind, int offset) {
        return kind == IpProtocol.FRAGMENT
                ? fragment(frame, offset)
                : options(frame, extensionLayer(kind), kind, offset);
    }

    static Layer extensionLayer(int kind) {
        return switch (kind) {
            case IpProtocol.HOP_BY_HOP -> Layer.IPV6_HOP_BY_HOP;
            case IpProtocol.ROUTING -> Layer.IPV6_ROUTING;
            default -> Layer.IPV6_DESTINATION;
        };
    }

    private int options(Frame frame, Layer layer, int kind, int offset) {
        Check check = ipv6Extension.wrap(frame.bytes, frame.start + offset, limit(frame));
        if (check != Check.OK) {
            int needed =
                    present(frame, offset) < Ipv6ExtensionView.MIN_HEADER_LENGTH
                            ? Ipv6ExtensionView.MIN_HEADER_LENGTH
                            : ipv6Extension.headerLength();
            frame.protocol = kind;
            fail(frame, check, layer, offset, needed);
            return -1;
        }
        if (!frame.addLayer(layer, offset)) {
            frame.protocol = kind;
            payload(frame, offset);
            return -1;
        }
        frame.networkHeaderLength += ipv6Extension.headerLength();
        return ipv6Extension.nextHeader();
    }

    private int fragment(Frame frame, int offset) {
        Check check = ipv6Fragment.wrap(frame.bytes, frame.start + offset, limit(frame));
        if (check != Check.OK || !frame.addLayer(Layer.IPV6_FRAGMENT, offset)) {
            frame.protocol = IpProtocol.FRAGMENT;
            if (check == Check.OK) {
                payload(frame, offset);
            } else {
                fail(frame, check, Layer.IPV6_FRAGMENT, offset, Ipv6FragmentView.HEADER_LENGTH);
            }
            return -1;
        }
        frame.setIpv6Fragment(
                ipv6Fragment.identification(),
                ipv6Fragment.moreFragments(),
                ipv6Fragment.fragmentOffset());
        frame.networkHeaderLength += Ipv6FragmentView.HEADER_LENGTH;
        return ipv6Fragment.nextHeader();
    }

    // ---- Transport layer ----

    void transport(Frame frame, int protocol, int offset) {
        frame.protocol = protocol;
        if (frame.fragmentOffset() > 0) {
            payload(frame, offset);
            return;
        }
        switch (protocol) {
            case IpProtocol.TCP -> tcp(frame, offset);
            case IpProtocol.UDP -> udp(frame, offset);
            case IpProtocol.ICMP -> {
                if (frame.ipVersion == 4) {
                    icmp(frame, offset);
                } else {
                    payload(frame, offset);
                }
            }
            case IpProtocol.ICMPV6 -> {
                if (frame.ipVersion == 6) {
                    icmpv6(frame, offset);
                } else {
                    payload(frame, offset);
                }
            }
            case IpProtocol.IGMP -> igmp(frame, offset);
            default -> tunnels.transport(frame, protocol, offset);
        }
    }

    private void tcp(Frame frame, int offset) {
        Check check = frame.tcp.wrap(frame.bytes, frame.start + offset, limit(frame));
        if (check == Check.OK && frame.addLayer(Layer.TCP, offset)) {
            noteTcp(frame, offset);
            payload(frame, offset + frame.tcp.headerLength());
        } else {
            tcpFailed(frame, check, offset);
        }
    }

    private static void noteTcp(Frame frame, int offset) {
        frame.present |= Frame.TRANSPORT | Frame.TCP;
        tcpFacts(frame, offset);
    }

    static void tcpFacts(Frame frame, int offset) {
        frame.transportOffset = offset;
        frame.sourcePort = frame.tcp.sourcePort();
        frame.destinationPort = frame.tcp.destinationPort();
        frame.transportChecksum = frame.tcp.checksum();
    }

    private void tcpFailed(Frame frame, Check check, int offset) {
        if (check == Check.OK) {
            payload(frame, offset);
        } else if (present(frame, offset) < TcpView.MIN_HEADER_LENGTH) {
            fail(frame, check, Layer.TCP, offset, TcpView.MIN_HEADER_LENGTH);
        } else if (check == Check.TRUNCATED) {
            frame.addLayer(Layer.TCP, offset);
            noteTcp(frame, offset);
            frame.setTcpOptions(-1, -1, false);
            fail(frame, check, Layer.TCP, offset, frame.tcp.headerLength());
            // What is there of the options is no payload; that comes behind them.
            frame.payloadOffset = readable;
            frame.payloadLength = Math.max(0, end - offset - frame.tcp.headerLength());
            frame.payloadCaptured = 0;
        } else {
            fail(
                    frame,
                    check,
                    Layer.TCP,
                    offset,
                    TcpView.MIN_HEADER_LENGTH,
                    frame.tcp.headerLength(),
                    Limit.HEADER_LENGTH);
        }
    }

    private void udp(Frame frame, int offset) {
        Check check = frame.udp.wrap(frame.bytes, frame.start + offset, limit(frame));
        if (check != Check.OK || !frame.addLayer(Layer.UDP, offset)) {
            udpFailed(frame, check, offset);
            return;
        }
        frame.present |= Frame.TRANSPORT | Frame.UDP;
        udpFacts(frame, offset);
        if (frame.udp.length() != 0) {
            udpEnd(frame, offset);
        }
        int next = offset + UdpView.HEADER_LENGTH;
        payload(frame, next);
        if (mayTunnel(frame.udp)) {
            tunnels.udp(frame, frame.sourcePort, frame.destinationPort, next, seeksTeredo);
        }
    }

    static void udpFacts(Frame frame, int offset) {
        frame.transportOffset = offset;
        frame.sourcePort = frame.udp.sourcePort();
        frame.destinationPort = frame.udp.destinationPort();
        frame.transportChecksum = frame.udp.checksum();
    }

    /// Whether a packet may be in the datagram.
    boolean mayTunnel(UdpView udp) {
        return opensDatagrams
                && (seeksTeredo
                        || TunnelWalk.mayTunnel(udp.sourcePort())
                        || TunnelWalk.mayTunnel(udp.destinationPort()));
    }

    /// The length of a fragmented datagram is that of the whole.
    private void udpEnd(Frame frame, int offset) {
        if (!frame.moreFragments()) {
            endAt(frame, offset + frame.udp.length(), Limit.UDP_LENGTH, Layer.UDP, offset);
        }
    }

    private void udpFailed(Frame frame, Check check, int offset) {
        switch (check) {
            case OK -> payload(frame, offset);
            case TRUNCATED -> fail(frame, check, Layer.UDP, offset, UdpView.HEADER_LENGTH);
            case BAD_LENGTH, BAD_VERSION, TOO_DEEP ->
                    fail(
                            frame,
                            check,
                            Layer.UDP,
                            offset,
                            UdpView.HEADER_LENGTH,
                            frame.udp.length(),
                            Limit.UDP_LENGTH);
        }
    }

    private void icmp(Frame frame, int offset) {
        if (icmpHeader(frame, Layer.ICMP, offset)) {
            icmpIdentifier(frame, IcmpView.hasIdentifier(frame.icmp.type()));
            if (QuotedPacket.isIn(frame.icmp.type())) {
                quotedPacket.ipv4(frame, frame.payloadOffset, limit(frame));
            }
        }
    }

    private void icmpv6(Frame frame, int offset) {
        if (icmpHeader(frame, Layer.ICMPV6, offset)) {
            icmpIdentifier(frame, IcmpView.v6HasIdentifier(frame.icmp.type()));
            if (QuotedPacket.isInV6(frame.icmp.type())) {
                quotedPacket.ipv6(frame, frame.payloadOffset, limit(frame));
            }
        }
    }

    private boolean icmpHeader(Frame frame, Layer layer, int offset) {
        Check check = frame.icmp.wrap(frame.bytes, frame.start + offset, limit(frame));
        if (!enter(frame, check, layer, offset, IcmpView.HEADER_LENGTH)) {
            return false;
        }
        frame.present |= Frame.TRANSPORT | Frame.ICMP;
        frame.transportOffset = offset;
        frame.sourcePort = frame.destinationPort = -1;
        frame.transportChecksum = frame.icmp.checksum();
        payload(frame, offset + IcmpView.HEADER_LENGTH);
        return true;
    }

    private static void icmpIdentifier(Frame frame, boolean isThere) {
        if (isThere) {
            frame.present |= Frame.ICMP_IDENTIFIER;
        }
    }

    private void igmp(Frame frame, int offset) {
        Check check = frame.igmp.wrap(frame.bytes, frame.start + offset, limit(frame));
        if (!enter(frame, check, Layer.IGMP, offset, IgmpView.HEADER_LENGTH)) {
            return;
        }
        frame.present |= Frame.TRANSPORT | Frame.IGMP;
        frame.transportOffset = offset;
        frame.sourcePort = frame.destinationPort = -1;
        frame.transportChecksum = frame.igmp.checksum();
        payload(frame, offset + IgmpView.HEADER_LENGTH);
    }

    // ---- Ends and errors ----

    /// Up to where the views may read, as they count: in the segment.
    long limit(Frame frame) {
        return frame.start + readable;
    }

    int present(Frame frame, int offset) {
        return readable - offset;
    }

    /// Takes a header's word for where it ends. A word that leads beyond the layer around it is
    /// noted and not taken.
    void endAt(Frame frame, int claimed, Limit limit, Layer layer, int offset) {
        if (claimed <= end) {
            end = claimed;
            readable = Math.min(readable, claimed);
            endSetBy = limit.ordinal();
        } else {
            note(
                    frame,
                    Check.BAD_LENGTH,
                    layer,
                    offset,
                    claimed - offset,
                    end - offset,
                    LIMITS[endSetBy]);
        }
    }

    /// Leaves so many bytes at the end to nobody, if that many follow `offset`.
    void endBefore(Frame frame, int length, int offset) {
        if (end - length >= offset) {
            end -= length;
            readable = Math.min(readable, end);
        }
    }

    /// Whether bytes of the innermost layer so far were on the wire and not captured.
    boolean isCut(Frame frame) {
        return end > frame.lengthCaptured;
    }

    /// Notes a header that was read. Returns false if it could not be, or is one too many: then
    /// that is noted instead, and the rest is payload.
    boolean enter(Frame frame, Check check, Layer layer, int offset, int needed) {
        if (check != Check.OK) {
            fail(frame, check, layer, offset, needed);
            return false;
        }
        if (!frame.addLayer(layer, offset)) {
            payload(frame, offset);
            return false;
        }
        return true;
    }

    void payload(Frame frame, int offset) {
        frame.payloadOffset = offset;
        frame.payloadLength = end - offset;
        frame.payloadCaptured = Math.max(0, present(frame, offset));
    }

    void fail(Frame frame, Check check, Layer layer, int offset, int needed) {
        Limit limitedBy = end <= frame.lengthCaptured ? LIMITS[endSetBy] : Limit.CAPTURE_LENGTH;
        fail(frame, check, layer, offset, needed, present(frame, offset), limitedBy);
    }

    void fail(
            Frame frame,
            Check check,
            Layer layer,
            int offset,
            int needed,
            int present,
            Limit limitedBy) {
        note(frame, check, layer, offset, needed, present, limitedBy);
        payload(frame, offset);
    }

    /// Only the first thing that is wrong is noted: what comes after it may follow from it.
    private static void note(
            Frame frame,
            Check check,
            Layer layer,
            int offset,
            int needed,
            int present,
            Limit limitedBy) {
        if ((frame.present & Frame.ERROR) == 0) {
            frame.present |= Frame.ERROR;
            frame.check = check;
            frame.errorLayer = layer;
            frame.errorOffset = offset;
            frame.errorBytesNeeded = needed;
            frame.errorBytesPresent = present;
            frame.errorLimitedBy = limitedBy;
        }
    }
}
