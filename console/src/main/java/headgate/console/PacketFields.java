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
import headgate.packet.IcmpView;
import headgate.packet.IgmpGroupRecordsView;
import headgate.packet.IgmpView;
import headgate.packet.IpAddress;
import headgate.packet.Ipv4View;
import headgate.packet.Ipv6ExtensionView;
import headgate.packet.Ipv6FragmentView;
import headgate.packet.Ipv6View;
import headgate.packet.Layer;
import headgate.packet.LinuxSll2View;
import headgate.packet.LinuxSllView;
import headgate.packet.MacAddress;
import headgate.packet.NullLoopbackView;
import headgate.packet.TcpOptionsView;
import headgate.packet.TcpView;
import headgate.packet.UdpView;
import headgate.packet.VlanView;
import java.util.List;
import java.util.Map;

/// The header fields of a decoded frame under tshark's names, each with one value per header that
/// has it, outer to inner. `docs/decoding.md` lists the names.
///
/// Not for several threads at once.
public final class PacketFields {
    private final FieldOccurrences fields = new FieldOccurrences();
    private final StringBuilder protocols = new StringBuilder();
    private final EthernetView ethernet = new EthernetView();
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
    private final boolean hasInterfaces;
    private int vlanTag;

    /// @param hasInterfaces whether the source tells interfaces apart; a pcap file does not
    public PacketFields(boolean hasInterfaces) {
        this.hasInterfaces = hasInterfaces;
    }

    /// All fields of a frame, in the order of its headers; a value is a `Long` or a `String`. Valid
    /// until the next call.
    public Map<String, List<Object>> of(Frame frame) {
        fields.clear();
        protocols.setLength(0);
        vlanTag = 0;
        capture(frame);
        for (int i = 0; i < frame.layerCount; i++) {
            layer(frame, frame.layer(i), frame.layerOffset(i));
        }
        Application application = applications.decode(frame, fields);
        if (application != null) {
            protocol(application.label());
        }
        if (frame.ipVersion != 0) {
            String communityId = CommunityId.of(frame);
            if (communityId != null) {
                fields.add("communityid", communityId);
            }
        }
        if (!protocols.isEmpty()) {
            fields.add("frame.protocols", protocols.toString());
        }
        if (frame.check != Check.OK) {
            fields.add("decode.error", frame.error().toString());
        }
        return fields.values();
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
        if (encapsulation == EncapsulationType.RAW_IP) {
            protocol("raw");
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
        long limit = frame.start + frame.lengthCaptured;
        switch (layer) {
            case ETHERNET -> ethernet(frame, at, limit);
            case VLAN -> vlan(frame, at, limit);
            case LINUX_SLL -> linuxSll(frame, at, limit);
            case LINUX_SLL2 -> linuxSll2(frame, at, limit);
            case NULL_LOOPBACK -> nullLoopback(frame, at, limit);
            case LLC -> protocol("llc");
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
        }
    }

    // ---- Link layer ----

    private void ethernet(Frame frame, long at, long limit) {
        ethernet.wrap(frame.bytes, at, limit);
        protocol("eth");
        fields.add("eth.dst", MacAddress.format(ethernet.destination()));
        fields.add("eth.src", MacAddress.format(ethernet.source()));
        if (ethernet.isType()) {
            protocol("ethertype");
            fields.add("eth.type", ethernet.lengthOrType());
        }
    }

    private void vlan(Frame frame, long at, long limit) {
        vlan.wrap(frame.bytes, at, limit);
        if (frame.vlanTags[vlanTag++] >>> 16 == EtherType.PROVIDER_BRIDGING) {
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

    private void linuxSll(Frame frame, long at, long limit) {
        linuxSll.wrap(frame.bytes, at, limit);
        cooked(linuxSll.packetType(), linuxSll.addressLength(), linuxSll.address());
        cookedProtocol(linuxSll.protocol());
    }

    private void linuxSll2(Frame frame, long at, long limit) {
        linuxSll2.wrap(frame.bytes, at, limit);
        cooked(linuxSll2.packetType(), linuxSll2.addressLength(), linuxSll2.address());
        fields.add("sll.ifindex", Integer.toUnsignedLong(linuxSll2.interfaceIndex()));
        cookedProtocol(linuxSll2.protocol());
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
        if (arp.isIpv4OverMac()) {
            fields.add("arp.src.hw_mac", MacAddress.format(arp.senderMac()));
            fields.add("arp.src.proto_ipv4", IpAddress.formatV4(arp.senderAddress()));
            fields.add("arp.dst.hw_mac", MacAddress.format(arp.targetMac()));
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
        fields.add("ip.checksum.status", Checksum.ofIpv4Header(frame).ordinal());
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
        fields.add("tcp.srcport", tcp.sourcePort());
        fields.add("tcp.dstport", tcp.destinationPort());
        int messageLength = messageLength(frame);
        fields.add("tcp.len", Math.max(0, messageLength - tcp.headerLength()));
        fields.add("tcp.seq_raw", Integer.toUnsignedLong(tcp.sequenceNumber()));
        fields.add("tcp.ack_raw", Integer.toUnsignedLong(tcp.acknowledgmentNumber()));
        fields.add("tcp.hdr_len", tcp.headerLength());
        fields.add("tcp.flags", tcp.flags());
        fields.add("tcp.window_size_value", tcp.window());
        status("tcp.checksum.status", Checksum.ofTransport(frame));
        fields.add("tcp.urgent_pointer", tcp.urgentPointer());
        if (check == Check.OK) {
            tcpOptions(frame, at);
        }
    }

    private void tcpOptions(Frame frame, long at) {
        long first = at + TcpView.MIN_HEADER_LENGTH;
        tcpOptions.wrap(frame.bytes, first, at + tcp.headerLength());
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
        status("udp.checksum.status", Checksum.ofTransport(frame));
    }

    private void icmp(Frame frame, long at, long limit) {
        icmp.wrap(frame.bytes, at, limit);
        protocol("icmp");
        fields.add("icmp.type", icmp.type());
        fields.add("icmp.code", icmp.code());
        status("icmp.checksum.status", Checksum.ofTransport(frame));
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
        status("icmpv6.checksum.status", Checksum.ofTransport(frame));
        if (IcmpView.v6HasIdentifier(icmp.type())) {
            fields.add("icmpv6.echo.identifier", icmp.identifier());
            fields.add("icmpv6.echo.sequence_number", icmp.sequenceNumber());
        }
    }

    private void igmp(Frame frame, long at, long limit) {
        igmp.wrap(frame.bytes, at, limit);
        protocol("igmp");
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

    /// Bytes from the transport header to the end of what the network layer promises.
    private static int messageLength(Frame frame) {
        return frame.payloadOffset + frame.payloadLength - frame.transportOffset;
    }

    private void status(String name, ChecksumStatus status) {
        fields.add(name, status.ordinal());
    }

    private void protocol(String name) {
        if (!protocols.isEmpty()) {
            protocols.append(':');
        }
        protocols.append(name);
    }
}
