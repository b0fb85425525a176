package headgate.console;

import headgate.flow.app.Application;
import headgate.flow.app.ApplicationDecoder;
import headgate.packet.ArpView;
import headgate.packet.Check;
import headgate.packet.Checksum;
import headgate.packet.ChecksumStatus;
import headgate.packet.CommunityId;
import headgate.packet.EtherType;
import headgate.packet.EthernetView;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.IcmpView;
import headgate.packet.IgmpGroupRecordsView;
import headgate.packet.IgmpView;
import headgate.packet.IpAddress;
import headgate.packet.Ipv4View;
import headgate.packet.Ipv6ExtensionView;
import headgate.packet.Ipv6FragmentView;
import headgate.packet.Ipv6View;
import headgate.packet.Layer;
import headgate.packet.LinkType;
import headgate.packet.LinuxSll2View;
import headgate.packet.LinuxSllView;
import headgate.packet.MacAddress;
import headgate.packet.NullLoopbackView;
import headgate.packet.QuotedTransportView;
import headgate.packet.SctpChunksView;
import headgate.packet.SctpView;
import headgate.packet.TcpOptionsView;
import headgate.packet.TcpView;
import headgate.packet.UdpView;
import headgate.packet.VlanView;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/// The header fields of a decoded frame under tshark's names, each with one value per header that
/// has it, outer to inner. `docs/decoding.md` lists the names.
///
/// Not for several threads at once.
public final class PacketFields {
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final FieldOccurrences fields = new FieldOccurrences();
    private final EncapsulationFields encapsulations = new EncapsulationFields(fields);
    private final EthernetView ethernet = new EthernetView();
    private final CutHeaderFields cutHeader = new CutHeaderFields(fields);
    private final VlanView vlan = new VlanView();
    private final LinuxSllView linuxSll = new LinuxSllView();
    private final LinuxSll2View linuxSll2 = new LinuxSll2View();
    private final NullLoopbackView nullLoopback = new NullLoopbackView();
    private final ArpView arp = new ArpView();
    private final Ipv4View ipv4 = new Ipv4View();
    private final Ipv6View ipv6 = new Ipv6View();
    private final Ipv6ExtensionView ipv6Extension = new Ipv6ExtensionView();
    private final Ipv6FragmentView ipv6Fragment = new Ipv6FragmentView();
    private final TcpView tcp = new TcpView();
    private final TcpOptionsView tcpOptions = new TcpOptionsView();
    private final UdpView udp = new UdpView();
    private final IcmpView icmp = new IcmpView();
    private final IgmpView igmp = new IgmpView();
    private final IgmpGroupRecordsView igmpGroups = new IgmpGroupRecordsView();
    private final ApplicationDecoder applications = new ApplicationDecoder();
    private final SctpChunksView sctpChunks = new SctpChunksView();
    private final QuotedTransportView quoted = new QuotedTransportView();
    private final Frame quotedPacket = new Frame();
    private final FrameDecoder quotedDecoder = FrameDecoder.leavingDatagramsClosed();

    /// Of its own, since a quote is older than what the conversation it comes from has got to.
    private final ApplicationDecoder quotedApplications = new ApplicationDecoder();

    private final boolean hasInterfaces;

    /// Which header the fields are of.
    private int index;

    /// How many headers are not quoted.
    private int own;

    /// @param hasInterfaces whether the source tells interfaces apart; a pcap file does not
    public PacketFields(boolean hasInterfaces) {
        this.hasInterfaces = hasInterfaces;
    }

    /// All fields of a frame, in the order of its headers; a value is a `Long` or a `String`. Valid
    /// until the next call.
    public Map<String, List<Object>> of(Frame frame) {
        fields.clear();
        capture(frame);
        own = frame.ownLayerCount();
        for (index = 0; index < frame.layerCount; index++) {
            layer(frame, frame.layer(index), frame.layerOffset(index));
        }
        cutHeader.add(frame);
        message(frame, applications);
        if (own < frame.layerCount && frame.layer(frame.layerCount - 1) == Layer.UDP) {
            quotedMessage(frame);
        }
        if (frame.ipVersion != 0) {
            String communityId = CommunityId.of(frame);
            if (communityId != null) {
                fields.add("communityid", communityId);
            }
        }
        if (fields.protocols().isEmpty()) {
            protocol("data");
        }
        fields.add("frame.protocols", fields.protocols());
        if (frame.check != Check.OK) {
            fields.add("decode.error", frame.error().toString());
        }
        return fields.values();
    }

    private void message(Frame frame, ApplicationDecoder decoder) {
        Application application = decoder.decode(frame, fields);
        if (application != null) {
            protocol(application.label());
        }
    }

    /// What lies in the datagram that an ICMP error is about: an answer that nobody waited for, as
    /// a rule.
    private void quotedMessage(Frame frame) {
        quotedPacket.bytes = frame.bytes;
        quotedPacket.start = frame.start + frame.payloadOffset;
        quotedPacket.lengthCaptured = frame.payloadCaptured;
        quotedPacket.lengthOnWire = frame.payloadLength;
        quotedPacket.linkType = LinkType.RAW;
        quotedDecoder.decode(quotedPacket);
        message(quotedPacket, quotedApplications);
    }

    private void capture(Frame frame) {
        fields.add("frame.time_epoch", epoch(frame.arrivalNanos));
        fields.add("frame.len", frame.lengthOnWire);
        fields.add("frame.cap_len", frame.lengthCaptured);
        if (hasInterfaces) {
            fields.add("frame.interface_id", frame.interfaceId);
        }
        int encapsulation = EncapsulationType.of(frame.linkType);
        if (encapsulation != EncapsulationType.UNKNOWN) {
            fields.add("frame.encap_type", encapsulation);
        }
        String linkLayer = EncapsulationType.protocol(frame.linkType);
        if (linkLayer != null) {
            fields.protocol(linkLayer);
        }
    }

    /// Seconds with nine decimals.
    static String epoch(long nanos) {
        String sign = nanos < 0 ? "-" : "";
        long magnitude = Math.abs(nanos);
        long fraction = magnitude % 1_000_000_000L;
        var text = new StringBuilder(sign).append(magnitude / 1_000_000_000L).append('.');
        String digits = Long.toString(fraction);
        return text.repeat('0', 9 - digits.length()).append(digits).toString();
    }

    /// No `default`: a new layer must not compile until its fields have names here.
    private void layer(Frame frame, Layer layer, int offset) {
        long at = frame.start + offset;
        long limit = frame.start + Math.min(frame.lengthCaptured, frame.layerEnd(index));
        switch (layer) {
            case ETHERNET -> ethernet(frame, at, limit);
            case VLAN -> vlan(frame, at, limit);
            case LINUX_SLL -> linuxSll(frame, at, limit);
            case LINUX_SLL2 -> linuxSll2(frame, at, limit);
            case NULL_LOOPBACK -> nullLoopback(frame, at, limit);
            case ARP -> arp(frame, at, limit);
            case IPV4 -> ipv4(frame, at, limit);
            case IPV6 -> ipv6(frame, at, limit);
            case IPV6_HOP_BY_HOP -> hopByHop(frame, at, limit);
            case IPV6_ROUTING -> routing(frame, at, limit);
            case IPV6_DESTINATION -> protocol("ipv6.dstopts");
            case IPV6_FRAGMENT -> fragment(frame, at, limit);
            case TCP -> tcp(frame, at, limit);
            case UDP -> udp(frame, at, limit);
            case ICMP -> icmp(frame, at, limit);
            case ICMPV6 -> icmpv6(frame, at, limit);
            case IGMP -> igmp(frame, at, limit);
            case SCTP -> sctp(frame, at, limit);
            case UDP_LITE -> udpLite(frame, at, limit);
            case LLC,
                    STP,
                    LLDP,
                    MPLS,
                    PPPOE,
                    PPP,
                    NSH,
                    MAC_IN_MAC,
                    FABRIC_PATH,
                    CISCO_METADATA,
                    GRE,
                    ERSPAN,
                    VXLAN,
                    GENEVE,
                    GTP,
                    L2TP,
                    TEREDO,
                    AH,
                    ESP,
                    DCCP,
                    CISCO_HDLC,
                    FRAME_RELAY,
                    FDDI,
                    TOKEN_RING,
                    ARCNET,
                    IEEE_802_11,
                    RADIOTAP,
                    PPI,
                    PKTAP,
                    NFLOG,
                    IPOIB,
                    IPNET,
                    PIM,
                    MACSEC,
                    ARISTA,
                    CAPWAP ->
                    encapsulations.add(frame, index, at, limit);
        }
    }

    // ---- Link layer ----

    private void ethernet(Frame frame, long at, long limit) {
        ethernet.wrap(frame.bytes, at, limit);
        protocol("eth");
        if (isFollowedBy(frame, Layer.FABRIC_PATH)) {
            return; // Its addresses name switches, not interfaces.
        }
        fields.add("eth.dst", MacAddress.format(ethernet.destination()));
        fields.add("eth.src", MacAddress.format(ethernet.source()));
        if (ethernet.isType()) {
            protocol("ethertype");
            fields.add("eth.type", ethernet.lengthOrType());
        }
    }

    private void vlan(Frame frame, long at, long limit) {
        vlan.wrap(frame.bytes, at, limit);
        if (tagProtocol(frame, at) == EtherType.PROVIDER_BRIDGING) {
            protocol("ieee8021ad");
            fields.add("ieee8021ad.id", vlan.vlanIdentifier());
        } else {
            protocol("vlan");
            fields.add("vlan.id", vlan.vlanIdentifier());
            fields.add("vlan.priority", vlan.priority());
            fields.add("vlan.dei", vlan.dropEligible());
            if (vlan.isType()) {
                fields.add("vlan.etype", vlan.lengthOrType());
            }
        }
        if (vlan.isType()) {
            protocol("ethertype");
        }
    }

    /// Stands before the tag, but in [LinuxSll2View] at its start.
    private int tagProtocol(Frame frame, long at) {
        boolean isFirstOfSll2 = index > 0 && frame.layer(index - 1) == Layer.LINUX_SLL2;
        return isFirstOfSll2 ? frame.vlanTags[0] >>> 16 : frame.bytes.get(U16, at - 2) & 0xffff;
    }

    private boolean isFollowedBy(Frame frame, Layer layer) {
        return index + 1 < frame.layerCount && frame.layer(index + 1) == layer;
    }

    private void linuxSll(Frame frame, long at, long limit) {
        linuxSll.wrap(frame.bytes, at, limit);
        cooked(linuxSll.packetType(), linuxSll.addressLength(), linuxSll.address());
        if (linuxSll.arphrdType() != LinuxSllView.ARPHRD_IPGRE) {
            cookedProtocol(linuxSll.protocol());
        }
    }

    private void linuxSll2(Frame frame, long at, long limit) {
        linuxSll2.wrap(frame.bytes, at, limit);
        cooked(linuxSll2.packetType(), linuxSll2.addressLength(), linuxSll2.address());
        fields.add("sll.ifindex", Integer.toUnsignedLong(linuxSll2.interfaceIndex()));
        if (linuxSll2.arphrdType() != LinuxSllView.ARPHRD_IPGRE) {
            cookedProtocol(linuxSll2.protocol());
        }
    }

    private void cooked(int packetType, int addressLength, long address) {
        protocol("sll");
        fields.add("sll.pkttype", packetType);
        fields.add("sll.halen", addressLength);
        if (addressLength == 6) {
            fields.add("sll.src.eth", MacAddress.format(address));
        }
    }

    private void cookedProtocol(int protocol) {
        if (EtherType.isType(protocol)) {
            protocol("ethertype");
            fields.add("sll.etype", protocol);
        } else {
            fields.add("sll.ltype", protocol);
        }
    }

    private void nullLoopback(Frame frame, long at, long limit) {
        nullLoopback.wrap(frame.bytes, at, limit);
        protocol("null");
        fields.add("null.family", Integer.toUnsignedLong(nullLoopback.family()));
    }

    // ---- Network layer ----

    private void arp(Frame frame, long at, long limit) {
        arp.wrap(frame.bytes, at, limit);
        protocol("arp");
        fields.add("arp.opcode", arp.operation());
        if (arp.hasMacAddresses()) {
            fields.add("arp.src.hw_mac", MacAddress.format(arp.senderMac()));
            fields.add("arp.dst.hw_mac", MacAddress.format(arp.targetMac()));
        }
        if (arp.hasIpv4Addresses()) {
            fields.add("arp.src.proto_ipv4", IpAddress.formatV4(arp.senderAddress()));
            fields.add("arp.dst.proto_ipv4", IpAddress.formatV4(arp.targetAddress()));
        }
    }

    private void ipv4(Frame frame, long at, long limit) {
        ipv4.wrap(frame.bytes, at, limit);
        protocol("ip");
        fields.add("ip.hdr_len", ipv4.headerLength());
        fields.add("ip.dsfield", ipv4.typeOfService());
        fields.add("ip.len", ipv4.totalLength());
        fields.add("ip.id", ipv4.identification());
        fields.add("ip.flags.df", ipv4.dontFragment());
        fields.add("ip.flags.mf", ipv4.moreFragments());
        // tshark gives it as on the wire: in units of eight bytes.
        fields.add("ip.frag_offset", ipv4.fragmentOffset() / 8);
        fields.add("ip.ttl", ipv4.timeToLive());
        fields.add("ip.proto", ipv4.protocol());
        fields.add("ip.checksum", ipv4.headerChecksum());
        fields.add("ip.checksum.status", Checksum.ofIpv4Header(frame, index).ordinal());
        fields.add("ip.src", IpAddress.formatV4(ipv4.sourceAddress()));
        fields.add("ip.dst", IpAddress.formatV4(ipv4.destinationAddress()));
    }

    private void ipv6(Frame frame, long at, long limit) {
        ipv6.wrap(frame.bytes, at, limit);
        protocol("ipv6");
        fields.add("ipv6.tclass", ipv6.trafficClass());
        fields.add("ipv6.flow", ipv6.flowLabel());
        fields.add("ipv6.plen", ipv6.payloadLength());
        fields.add("ipv6.nxt", ipv6.nextHeader());
        fields.add("ipv6.hlim", ipv6.hopLimit());
        fields.add("ipv6.src", IpAddress.format(6, ipv6.sourceHigh(), ipv6.sourceLow()));
        fields.add("ipv6.dst", IpAddress.format(6, ipv6.destinationHigh(), ipv6.destinationLow()));
    }

    private void hopByHop(Frame frame, long at, long limit) {
        ipv6Extension.wrap(frame.bytes, at, limit);
        protocol("ipv6.hopopts");
        fields.add("ipv6.hopopts.nxt", ipv6Extension.nextHeader());
    }

    private void routing(Frame frame, long at, long limit) {
        ipv6Extension.wrap(frame.bytes, at, limit);
        protocol("ipv6.routing");
        fields.add("ipv6.routing.type", ipv6Extension.routingType());
    }

    private void fragment(Frame frame, long at, long limit) {
        ipv6Fragment.wrap(frame.bytes, at, limit);
        protocol("ipv6.fraghdr");
        fields.add("ipv6.fraghdr.offset", ipv6Fragment.fragmentOffset() / 8);
        fields.add("ipv6.fraghdr.more", ipv6Fragment.moreFragments());
        fields.add("ipv6.fraghdr.ident", Integer.toUnsignedLong(ipv6Fragment.identification()));
    }

    // ---- Transport layer ----

    private void tcp(Frame frame, long at, long limit) {
        Check check = tcp.wrap(frame.bytes, at, limit);
        protocol("tcp");
        if (limit - at < TcpView.MIN_HEADER_LENGTH) {
            quoted.wrap(frame.bytes, at, limit);
            fields.add("tcp.srcport", quoted.sourcePort());
            fields.add("tcp.dstport", quoted.destinationPort());
            fields.add("tcp.seq_raw", Integer.toUnsignedLong(quoted.sequenceNumberOrTag()));
            return;
        }
        fields.add("tcp.srcport", tcp.sourcePort());
        fields.add("tcp.dstport", tcp.destinationPort());
        int length = messageLength(frame) - tcp.headerLength();
        if (index < own && length >= 0 && !frame.moreFragments()) {
            fields.add("tcp.len", length);
        }
        fields.add("tcp.seq_raw", Integer.toUnsignedLong(tcp.sequenceNumber()));
        fields.add("tcp.ack_raw", Integer.toUnsignedLong(tcp.acknowledgmentNumber()));
        fields.add("tcp.hdr_len", tcp.headerLength());
        fields.add("tcp.flags", tcp.flags());
        fields.add("tcp.window_size_value", tcp.window());
        status("tcp.checksum.status", Checksum.ofTransport(frame, index));
        fields.add("tcp.urgent_pointer", tcp.urgentPointer());
        if (check == Check.OK || index < own && messageLength(frame) >= tcp.headerLength()) {
            tcpOptions(frame, at, Math.min(at + tcp.headerLength(), limit));
        }
    }

    /// Of a header that the capture cut, those before the cut.
    private void tcpOptions(Frame frame, long at, long limit) {
        tcpOptions.wrap(frame.bytes, at + TcpView.MIN_HEADER_LENGTH, limit);
        while (tcpOptions.next()) {
            if (tcpOptions.isMaximumSegmentSize()) {
                fields.add("tcp.options.mss_val", tcpOptions.maximumSegmentSize());
            } else if (tcpOptions.isWindowScale()) {
                fields.add("tcp.options.wscale.shift", tcpOptions.windowScale());
            } else if (tcpOptions.isSackPermitted()) {
                // tshark gives the bytes of the option.
                fields.add("tcp.options.sack_perm", "0402");
            } else if (tcpOptions.isTimestamps()) {
                fields.add(
                        "tcp.options.timestamp.tsval",
                        Integer.toUnsignedLong(tcpOptions.timestampValue()));
                fields.add(
                        "tcp.options.timestamp.tsecr",
                        Integer.toUnsignedLong(tcpOptions.timestampEchoReply()));
            }
        }
    }

    private void udp(Frame frame, long at, long limit) {
        udp.wrap(frame.bytes, at, limit);
        protocol("udp");
        fields.add("udp.srcport", udp.sourcePort());
        fields.add("udp.dstport", udp.destinationPort());
        fields.add("udp.length", udp.length());
        if (udp.length() != 0) {
            status("udp.checksum.status", Checksum.ofTransport(frame, index));
        }
    }

    private void udpLite(Frame frame, long at, long limit) {
        udp.wrap(frame.bytes, at, limit);
        protocol("udplite");
        fields.add("udp.srcport", udp.sourcePort());
        fields.add("udp.dstport", udp.destinationPort());
        status("udp.checksum.status", Checksum.ofTransport(frame, index));
    }

    private void sctp(Frame frame, long at, long limit) {
        protocol("sctp");
        quoted.wrap(frame.bytes, at, limit);
        fields.add("sctp.srcport", quoted.sourcePort());
        fields.add("sctp.dstport", quoted.destinationPort());
        fields.add("sctp.verification_tag", Integer.toUnsignedLong(quoted.sequenceNumberOrTag()));
        if (limit - at < SctpView.HEADER_LENGTH) {
            return;
        }
        status("sctp.checksum.status", Checksum.ofTransport(frame, index));
        sctpChunks.wrap(frame.bytes, at + SctpView.HEADER_LENGTH, limit);
        while (sctpChunks.next()) {
            fields.add("sctp.chunk_type", sctpChunks.type());
        }
    }

    private void icmp(Frame frame, long at, long limit) {
        icmp.wrap(frame.bytes, at, limit);
        protocol("icmp");
        fields.add("icmp.type", icmp.type());
        fields.add("icmp.code", icmp.code());
        status("icmp.checksum.status", icmpChecksum(frame));
        if (IcmpView.hasIdentifier(icmp.type())) {
            fields.add("icmp.ident", icmp.identifier());
            fields.add("icmp.seq", icmp.sequenceNumber());
        }
    }

    private void icmpv6(Frame frame, long at, long limit) {
        icmp.wrap(frame.bytes, at, limit);
        protocol("icmpv6");
        fields.add("icmpv6.type", icmp.type());
        fields.add("icmpv6.code", icmp.code());
        status("icmpv6.checksum.status", icmpChecksum(frame));
        if (IcmpView.v6HasIdentifier(icmp.type())) {
            fields.add("icmpv6.echo.identifier", icmp.identifier());
            fields.add("icmpv6.echo.sequence_number", icmp.sequenceNumber());
        }
    }

    /// Of a message that another one quotes, tshark leaves it open.
    private ChecksumStatus icmpChecksum(Frame frame) {
        return index < own ? Checksum.ofTransport(frame, index) : ChecksumStatus.UNVERIFIED;
    }

    private void igmp(Frame frame, long at, long limit) {
        igmp.wrap(frame.bytes, at, limit);
        protocol("igmp");
        if (igmp.isOfOtherProtocol()) {
            return;
        }
        int version = igmp.version(messageLength(frame));
        fields.add("igmp.type", igmp.type());
        if (version != 0) {
            fields.add("igmp.version", version);
        }
        if (version != 0 && igmp.type() != IgmpView.V3_MEMBERSHIP_REPORT) {
            fields.add("igmp.maddr", IpAddress.formatV4(igmp.groupAddress()));
        }
        igmpGroups.wrap(frame.bytes, at + IgmpView.HEADER_LENGTH, limit, igmp.numberOfRecords());
        while (igmpGroups.next()) {
            fields.add("igmp.maddr", IpAddress.formatV4(igmpGroups.multicastAddress()));
        }
    }

    // ----

    /// Bytes from the header at hand to the end of what the network layer promises.
    private int messageLength(Frame frame) {
        return frame.layerEnd(index) - frame.layerOffset(index);
    }

    private void status(String name, ChecksumStatus status) {
        fields.add(name, status.ordinal());
    }

    private void protocol(String name) {
        fields.protocol(name);
    }
}
