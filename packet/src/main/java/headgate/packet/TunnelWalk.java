package headgate.packet;

import headgate.packet.DecodeError.Limit;
import java.util.stream.IntStream;

/// The headers that few frames have: encapsulations with what is in them, and the rarer transports.
///
/// Reached only where [FrameDecoder] knows no further, so that all other frames pay nothing for it.
/// What an encapsulation carries is decoded by [FrameDecoder] again, and its IP header's facts
/// replace those of the outer one; an inner header that cannot be read leaves them.
final class TunnelWalk {
    private static final int PPPOE_DISCOVERY = 0x8863;
    private static final int PPPOE_SESSION = 0x8864;
    private static final int MPLS = 0x8847;
    private static final int MPLS_MULTICAST = 0x8848;
    private static final int MAC_IN_MAC = 0x88e7;
    private static final int LLDP = 0x88cc;
    private static final int FABRIC_PATH = 0x8903;
    private static final int NSH = 0x894f;
    private static final int MACSEC = 0x88e5;
    private static final int ARISTA = 0xd28b;

    // Protocol types of GRE that are no EtherTypes elsewhere.
    private static final int TRANSPARENT_ETHERNET = 0x6558;
    private static final int PPP_IN_GRE = 0x880b;
    private static final int ERSPAN = 0x88be;
    private static final int ERSPAN_TYPE_3 = 0x22eb;
    private static final int CISCO_METADATA = 0x8909;
    private static final int ARUBA_FIRST = 0x8200;
    private static final int ARUBA_LAST = 0x8370;
    private static final int ARUBA_SINGLE = 0x9000;

    private static final int FABRIC_PATH_TAG_LENGTH = 2;
    private static final int CISCO_METADATA_LENGTH = 8;
    private static final int UDP_MPLS_PORT = 6635;
    private static final int VXLAN_PORT = 4789;
    private static final int VXLAN_LINUX_PORT = 8472;
    private static final int VXLAN_GPE_PORT = 4790;
    private static final int GENEVE_PORT = 6081;
    private static final int GTP_CONTROL_PORT = 2123;
    private static final int GTP_USER_PORT = 2152;
    private static final int L2TP_PORT = 1701;
    private static final int IPSEC_NAT_PORT = 4500;
    private static final int TEREDO_PORT = 3544;
    private static final int CAPWAP_CONTROL_PORT = 5246;
    private static final int CAPWAP_DATA_PORT = 5247;

    /// 2001::/32.
    private static final long TEREDO_PREFIX = 0x20010000L;

    /// The ports above, of which [FrameDecoder] asks for every datagram.
    private static final int[] PORTS = {
        UDP_MPLS_PORT,
        VXLAN_PORT,
        VXLAN_LINUX_PORT,
        VXLAN_GPE_PORT,
        GENEVE_PORT,
        GTP_CONTROL_PORT,
        GTP_USER_PORT,
        L2TP_PORT,
        IPSEC_NAT_PORT,
        TEREDO_PORT,
        CAPWAP_CONTROL_PORT,
        CAPWAP_DATA_PORT
    };

    /// Bits 6 to 11 of these ports, and bits 0 to 5: one port in fifty has both, found without a
    /// branch.
    private static final long PORT_BLOCKS =
            IntStream.of(PORTS).mapToLong(port -> 1L << (port >>> 6)).reduce(0, (a, b) -> a | b);

    private static final long PORTS_IN_BLOCKS =
            IntStream.of(PORTS).mapToLong(port -> 1L << port).reduce(0, (a, b) -> a | b);

    private final FrameDecoder decoder;
    private final EthernetView ethernet = new EthernetView();
    private final VlanView vlan = new VlanView();
    private final LlcView llc = new LlcView();
    private final MplsView mpls = new MplsView();
    private final PppoeView pppoe = new PppoeView();
    private final PppView ppp = new PppView();
    private final NshView nsh = new NshView();
    private final MacInMacView macInMac = new MacInMacView();
    private final MacsecView macsec = new MacsecView();
    private final AristaView arista = new AristaView();
    private final Ipv4View ipv4 = new Ipv4View();
    private final Ipv6View ipv6 = new Ipv6View();
    private final AhView ah = new AhView();
    private final EspView esp = new EspView();
    private final PimView pim = new PimView();
    private final SctpView sctp = new SctpView();
    private final DccpView dccp = new DccpView();
    private final UdpView udpLite = new UdpView();
    private final GreView gre = new GreView();
    private final ErspanView erspan = new ErspanView();
    private final VxlanView vxlan = new VxlanView();
    private final GeneveView geneve = new GeneveView();
    private final GtpView gtp = new GtpView();
    private final L2tpView l2tp = new L2tpView();
    private final TeredoView teredo = new TeredoView();
    private final CapwapView capwap = new CapwapView();

    TunnelWalk(FrameDecoder decoder) {
        this.decoder = decoder;
    }

    /// Whether a datagram from or to this port may carry a packet: false for most others, and never
    /// for one that [#udp] would look into.
    static boolean mayTunnel(int port) {
        return (PORT_BLOCKS >>> (port >>> 6) & PORTS_IN_BLOCKS >>> port & 1) != 0;
    }

    // ---- By EtherType ----

    /// What follows a header that names it by an EtherType which [FrameDecoder] does not know.
    void network(Frame frame, int etherType, int offset) {
        switch (etherType) {
            case MPLS, MPLS_MULTICAST -> mpls(frame, offset);
            case PPPOE_DISCOVERY, PPPOE_SESSION -> pppoe(frame, offset);
            case NSH -> nsh(frame, offset);
            case MAC_IN_MAC -> macInMac(frame, offset);
            case FABRIC_PATH -> fabricPath(frame, offset);
            case CISCO_METADATA -> ciscoMetadata(frame, offset, CISCO_METADATA_LENGTH - 2);
            case MACSEC -> macsec(frame, offset);
            case ARISTA -> arista(frame, offset);
            case LLDP -> {
                frame.addLayer(Layer.LLDP, offset);
                decoder.payload(frame, offset);
            }
            default -> decoder.payload(frame, offset);
        }
    }

    private void mpls(Frame frame, int offset) {
        int at = offset;
        do {
            Check check = mpls.wrap(frame.bytes, frame.start + at, decoder.limit(frame));
            if (!decoder.enter(frame, check, Layer.MPLS, at, MplsView.HEADER_LENGTH)) {
                return;
            }
            at += MplsView.HEADER_LENGTH;
        } while (!mpls.isBottomOfStack());
        byVersion(frame, at);
    }

    /// No field names the packet: its first four bits tell (RFC 4928 section 3).
    void byVersion(Frame frame, int offset) {
        int version = versionAt(frame, offset);
        if (decoder.present(frame, offset) <= 0 && decoder.isCut(frame)) {
            decoder.fail(frame, Check.TRUNCATED, Layer.IPV4, offset, Ipv4View.MIN_HEADER_LENGTH);
        } else if (version == 4 || version == 6) {
            inner(frame, version == 4 ? EtherType.IPV4 : EtherType.IPV6, offset);
        } else {
            decoder.payload(frame, offset);
        }
    }

    private int versionAt(Frame frame, int offset) {
        return decoder.present(frame, offset) > 0
                ? NetworkOrder.u8(frame.bytes, frame.start + offset) >>> 4
                : 0;
    }

    void pppoe(Frame frame, int offset) {
        Check check = pppoe.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (!decoder.enter(frame, check, Layer.PPPOE, offset, PppoeView.HEADER_LENGTH)) {
            return;
        }
        int next = offset + PppoeView.HEADER_LENGTH;
        decoder.endAt(frame, next + pppoe.length(), Limit.PPPOE_LENGTH, Layer.PPPOE, offset);
        if (pppoe.code() == PppoeView.SESSION_DATA) {
            ppp(frame, next);
        } else {
            decoder.payload(frame, next);
        }
    }

    void ppp(Frame frame, int offset) {
        Check check = ppp.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        int needed = decoder.present(frame, offset) + 1;
        if (!decoder.enter(frame, check, Layer.PPP, offset, needed)) {
            return;
        }
        int next = offset + ppp.headerLength();
        switch (ppp.protocol()) {
            case PppView.IPV4 -> inner(frame, EtherType.IPV4, next);
            case PppView.IPV6 -> inner(frame, EtherType.IPV6, next);
            case PppView.MPLS -> mpls(frame, next);
            default -> decoder.payload(frame, next);
        }
    }

    private void nsh(Frame frame, int offset) {
        Check check = nsh.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (check != Check.OK) {
            int needed = check == Check.TRUNCATED ? nsh.headerLength() : NshView.MIN_HEADER_LENGTH;
            failed(frame, check, Layer.NSH, offset, needed, nsh.headerLength());
            return;
        }
        if (!frame.addLayer(Layer.NSH, offset)) {
            decoder.payload(frame, offset);
            return;
        }
        int next = offset + nsh.headerLength();
        switch (nsh.nextProtocol()) {
            case NshView.NEXT_IPV4 -> inner(frame, EtherType.IPV4, next);
            case NshView.NEXT_IPV6 -> inner(frame, EtherType.IPV6, next);
            case NshView.NEXT_ETHERNET -> ethernet(frame, next);
            case NshView.NEXT_NSH -> nsh(frame, next);
            case NshView.NEXT_MPLS -> mpls(frame, next);
            default -> decoder.payload(frame, next);
        }
    }

    private void macInMac(Frame frame, int offset) {
        Check check = macInMac.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (decoder.enter(frame, check, Layer.MAC_IN_MAC, offset, MacInMacView.HEADER_LENGTH)) {
            lengthOrType(frame, macInMac.lengthOrType(), offset + MacInMacView.HEADER_LENGTH);
        }
    }

    /// Cisco FabricPath: an Ethernet header whose addresses name switches, a tag of two bytes, and
    /// the frame. The header itself has been read as Ethernet.
    private void fabricPath(Frame frame, int offset) {
        if (decoder.present(frame, offset) < FABRIC_PATH_TAG_LENGTH) {
            decoder.fail(frame, Check.TRUNCATED, Layer.FABRIC_PATH, offset, FABRIC_PATH_TAG_LENGTH);
        } else if (frame.addLayer(Layer.FABRIC_PATH, offset)) {
            ethernet(frame, offset + FABRIC_PATH_TAG_LENGTH);
        } else {
            decoder.payload(frame, offset);
        }
    }

    /// What is secured begins with the EtherType that the tag took the place of. Behind a short
    /// frame the check value is followed by padding, and what is in the frame tells where it ends.
    private void macsec(Frame frame, int offset) {
        Check check = macsec.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (!decoder.enter(frame, check, Layer.MACSEC, offset, macsec.headerLength())) {
            return;
        }
        int secured = offset + macsec.headerLength();
        if (macsec.shortLength() == 0) {
            decoder.endBefore(frame, MacsecView.CHECK_VALUE_LENGTH, secured);
        }
        if (macsec.isClear()) {
            etherType(frame, Layer.MACSEC, secured);
        } else {
            decoder.payload(frame, secured);
        }
    }

    private void arista(Frame frame, int offset) {
        Check check = arista.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (!decoder.enter(frame, check, Layer.ARISTA, offset, arista.headerLength())) {
            return;
        }
        int next = offset + arista.headerLength();
        if (arista.timestampLength() > 0) {
            etherType(frame, Layer.ARISTA, next);
        } else {
            decoder.payload(frame, next);
        }
    }

    /// The two bytes behind a tag that name what follows them.
    private void etherType(Frame frame, Layer tag, int offset) {
        if (decoder.present(frame, offset) < Short.BYTES) {
            decoder.fail(frame, Check.TRUNCATED, tag, offset, Short.BYTES);
        } else {
            int lengthOrType = NetworkOrder.u16(frame.bytes, frame.start + offset);
            lengthOrType(frame, lengthOrType, offset + Short.BYTES);
        }
    }

    // ---- Frames in frames ----

    /// An Ethernet header that is not the frame's first. Link-layer facts are those of the first
    /// Ethernet header, and of the VLAN tags before the first IP header.
    void ethernet(Frame frame, int offset) {
        Check check = ethernet.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (check != Check.OK) {
            decoder.fail(frame, check, Layer.ETHERNET, offset, EthernetView.HEADER_LENGTH);
            return;
        }
        if (isTooDeep(frame, Layer.ETHERNET, offset) || !frame.addLayer(Layer.ETHERNET, offset)) {
            decoder.payload(frame, offset);
            return;
        }
        if ((frame.present & Frame.LINK) == 0) {
            frame.setMacs(ethernet.destination(), ethernet.source());
        }
        lengthOrType(frame, ethernet.lengthOrType(), offset + EthernetView.HEADER_LENGTH);
    }

    private void lengthOrType(Frame frame, int lengthOrType, int offset) {
        if (EtherType.isType(lengthOrType)) {
            inner(frame, lengthOrType, offset);
            return;
        }
        ieee8023(frame, lengthOrType, offset);
    }

    /// What follows a length/type field that is no type.
    void ieee8023(Frame frame, int length, int offset) {
        if (length > EtherType.MAX_LENGTH) {
            decoder.payload(frame, offset);
            return;
        }
        decoder.endAt(frame, offset + length, Limit.IEEE_802_3_LENGTH, Layer.LLC, offset);
        llc(frame, offset);
    }

    /// IEEE 802.2 LLC and SNAP. Novell's first frames have IPX in its place, which begins with
    /// ones.
    void llc(Frame frame, int offset) {
        if (decoder.present(frame, offset) >= 2
                && NetworkOrder.u16(frame.bytes, frame.start + offset) == 0xffff) {
            decoder.payload(frame, offset);
            return;
        }
        Check check = llc.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (!decoder.enter(frame, check, Layer.LLC, offset, llc.headerLength())) {
            return;
        }
        int next = offset + llc.headerLength();
        if (llc.isSnap() && llc.organizationCode() == LlcView.ENCAPSULATED_ETHERNET) {
            inner(frame, llc.protocolIdentifier(), next);
        } else if (llc.isSpanningTree()) {
            frame.addLayer(Layer.STP, next);
            decoder.payload(frame, next);
        } else if (llc.destinationServiceAccessPoint() == LlcView.SAP_IPV4) {
            inner(frame, EtherType.IPV4, next);
        } else {
            decoder.payload(frame, next);
        }
    }

    // ---- Packets in packets ----

    /// What an encapsulation carries, named by an EtherType.
    void inner(Frame frame, int etherType, int offset) {
        Layer layer = etherType == EtherType.IPV6 ? Layer.IPV6 : Layer.IPV4;
        if (isTooDeep(frame, layer, offset)) {
            decoder.payload(frame, offset);
        } else if ((frame.present & Frame.IP) == 0) {
            decoder.network(frame, etherType, offset);
        } else {
            innerOfPacket(frame, etherType, offset);
        }
    }

    private void innerOfPacket(Frame frame, int etherType, int offset) {
        switch (etherType) {
            case EtherType.IPV4 -> innerIp(frame, etherType, offset, isReadableIpv4(frame, offset));
            case EtherType.IPV6 -> innerIp(frame, etherType, offset, isReadableIpv6(frame, offset));
            case EtherType.ARP -> decoder.arp(frame, offset);
            case EtherType.VLAN, EtherType.PROVIDER_BRIDGING, EtherType.QINQ_OLD ->
                    innerVlan(frame, offset);
            default -> network(frame, etherType, offset);
        }
    }

    private void innerIp(Frame frame, int etherType, int offset, boolean isReadable) {
        if (isReadable) {
            frame.forgetPacket();
        }
        decoder.network(frame, etherType, offset);
        if (!isReadable) {
            frame.placeOnPacket();
        }
    }

    /// Whether [FrameDecoder] will take its facts from this header: its fixed part is there.
    private boolean isReadableIpv4(Frame frame, int offset) {
        Check check = ipv4.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        return check == Check.OK
                || check == Check.TRUNCATED
                        && decoder.present(frame, offset) >= Ipv4View.MIN_HEADER_LENGTH;
    }

    private boolean isReadableIpv6(Frame frame, int offset) {
        return ipv6.wrap(frame.bytes, frame.start + offset, decoder.limit(frame)) == Check.OK;
    }

    private void innerVlan(Frame frame, int offset) {
        Check check = vlan.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (decoder.enter(frame, check, Layer.VLAN, offset, VlanView.HEADER_LENGTH)) {
            lengthOrType(frame, vlan.lengthOrType(), offset + VlanView.HEADER_LENGTH);
        }
    }

    /// Whether there is no room for another packet or frame in this one; if so, that is noted.
    private static boolean isTooDeep(Frame frame, Layer layer, int offset) {
        int depth = 0;
        for (int i = 0; i < frame.layerCount; i++) {
            depth +=
                    switch (frame.layer(i)) {
                        case ETHERNET, IPV4, IPV6 -> 1;
                        default -> 0;
                    };
        }
        boolean isTooDeep = depth >= Frame.MAX_NESTING || frame.layerCount == Frame.MAX_LAYERS;
        if (isTooDeep) {
            frame.noteTooDeep(layer, offset);
        }
        return isTooDeep;
    }

    // ---- By IP protocol ----

    /// What follows an IP header with a protocol that [FrameDecoder] does not know.
    void transport(Frame frame, int protocol, int offset) {
        switch (protocol) {
            case IpProtocol.IPV4 -> inner(frame, EtherType.IPV4, offset);
            case IpProtocol.IPV6 -> inner(frame, EtherType.IPV6, offset);
            case IpProtocol.GRE -> gre(frame, offset);
            case IpProtocol.AH -> ah(frame, offset);
            case IpProtocol.ESP -> esp(frame, offset);
            case IpProtocol.PIM -> pim(frame, offset);
            case IpProtocol.ETHERNET -> ethernet(frame, offset);
            case IpProtocol.SCTP -> sctp(frame, offset);
            case IpProtocol.DCCP -> dccp(frame, offset);
            case IpProtocol.UDP_LITE -> udpLite(frame, offset);
            case IpProtocol.MPLS -> mpls(frame, offset);
            case IpProtocol.L2TP -> {
                // The length of its cookie is known to the two ends alone.
                frame.addLayer(Layer.L2TP, offset);
                decoder.payload(frame, offset);
            }
            default -> decoder.payload(frame, offset);
        }
    }

    private void ah(Frame frame, int offset) {
        Check check = ah.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (check != Check.OK) {
            int needed = check == Check.TRUNCATED ? ah.headerLength() : AhView.MIN_HEADER_LENGTH;
            failed(frame, check, Layer.AH, offset, needed, ah.headerLength());
        } else if (frame.addLayer(Layer.AH, offset)) {
            if (frame.ipVersion == 6) {
                frame.networkHeaderLength = offset + ah.headerLength() - frame.networkOffset;
                decoder.ipv6Payload(frame, ah.nextHeader());
            } else {
                decoder.transport(frame, ah.nextHeader(), offset + ah.headerLength());
            }
        } else {
            decoder.payload(frame, offset);
        }
    }

    private void esp(Frame frame, int offset) {
        Check check = esp.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (decoder.enter(frame, check, Layer.ESP, offset, EspView.HEADER_LENGTH)) {
            decoder.payload(frame, offset + EspView.HEADER_LENGTH);
        }
    }

    private void pim(Frame frame, int offset) {
        Check check = pim.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (!decoder.enter(frame, check, Layer.PIM, offset, pim.headerLength())) {
            return;
        }
        int next = offset + pim.headerLength();
        if (pim.isRegister()) {
            byVersion(frame, next);
        } else {
            decoder.payload(frame, next);
        }
    }

    private void sctp(Frame frame, int offset) {
        Check check = sctp.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (decoder.enter(frame, check, Layer.SCTP, offset, SctpView.HEADER_LENGTH)) {
            ports(frame, offset, sctp.sourcePort(), sctp.destinationPort(), sctp.checksum());
            decoder.payload(frame, offset + SctpView.HEADER_LENGTH);
        }
    }

    private void dccp(Frame frame, int offset) {
        Check check = dccp.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (check != Check.OK) {
            int present = decoder.present(frame, offset);
            int has = present < DccpView.MIN_HEADER_LENGTH ? present : dccp.dataOffset();
            failed(frame, check, Layer.DCCP, offset, dccp.headerLength(), has);
        } else if (frame.addLayer(Layer.DCCP, offset)) {
            ports(frame, offset, dccp.sourcePort(), dccp.destinationPort(), dccp.checksum());
            decoder.payload(frame, offset + dccp.headerLength());
        } else {
            decoder.payload(frame, offset);
        }
    }

    /// RFC 3828: as UDP, but the field of the length says how much the checksum covers.
    private void udpLite(Frame frame, int offset) {
        Check check = udpLite.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (check != Check.OK) {
            failed(frame, check, Layer.UDP_LITE, offset, UdpView.HEADER_LENGTH, udpLite.length());
        } else if (frame.addLayer(Layer.UDP_LITE, offset)) {
            ports(
                    frame,
                    offset,
                    udpLite.sourcePort(),
                    udpLite.destinationPort(),
                    udpLite.checksum());
            decoder.payload(frame, offset + UdpView.HEADER_LENGTH);
        } else {
            decoder.payload(frame, offset);
        }
    }

    private static void ports(
            Frame frame, int offset, int sourcePort, int destinationPort, int checksum) {
        frame.present |= Frame.TRANSPORT;
        frame.transportOffset = offset;
        frame.sourcePort = sourcePort;
        frame.destinationPort = destinationPort;
        frame.transportChecksum = checksum;
    }

    private void gre(Frame frame, int offset) {
        Check check = gre.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (!decoder.enter(frame, check, Layer.GRE, offset, gre.headerLength())) {
            return;
        }
        int next = offset + gre.headerLength();
        if (gre.hasRouting()) {
            // RFC 2784 section 2.3: a receiver must discard it, as nobody sends source routes.
            decoder.payload(frame, next);
            return;
        }
        switch (gre.protocolType()) {
            case TRANSPARENT_ETHERNET -> ethernet(frame, next);
            case PPP_IN_GRE -> ppp(frame, next);
            case ERSPAN_TYPE_3 -> erspan(frame, next);
            case ERSPAN -> {
                // Type I has no sequence number and no header of its own.
                if (gre.hasSequenceNumber()) {
                    erspan(frame, next);
                } else {
                    ethernet(frame, next);
                }
            }
            case CISCO_METADATA -> ciscoMetadata(frame, next, 0);
            default -> {
                if (isAruba(gre.protocolType())) {
                    decoder.link(frame, LinkType.IEEE802_11, next);
                } else {
                    inner(frame, gre.protocolType(), next);
                }
            }
        }
    }

    /// Access points of Aruba send frames of 802.11 to their controller; the type tells the queue.
    private static boolean isAruba(int protocolType) {
        boolean isQueue = protocolType >= ARUBA_FIRST && protocolType <= ARUBA_LAST;
        return isQueue && (protocolType & 0xf) == 0 || protocolType == ARUBA_SINGLE;
    }

    private void erspan(Frame frame, int offset) {
        Check check = erspan.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (decoder.enter(frame, check, Layer.ERSPAN, offset, erspan.headerLength())) {
            ethernet(frame, offset + erspan.headerLength());
        }
    }

    /// Cisco TrustSec: version, length, options and security group tag, and the EtherType of what
    /// follows: behind Ethernet at the end, behind GRE at the beginning.
    private void ciscoMetadata(Frame frame, int offset, int typeOffset) {
        if (decoder.present(frame, offset) < CISCO_METADATA_LENGTH) {
            decoder.fail(
                    frame, Check.TRUNCATED, Layer.CISCO_METADATA, offset, CISCO_METADATA_LENGTH);
        } else if (frame.addLayer(Layer.CISCO_METADATA, offset)) {
            int etherType = NetworkOrder.u16(frame.bytes, frame.start + offset + typeOffset);
            inner(frame, etherType, offset + CISCO_METADATA_LENGTH);
        } else {
            decoder.payload(frame, offset);
        }
    }

    // ---- By UDP port, if the content bears it out ----

    /// What a datagram carries; nothing is done if it is none of the tunnels. Both ports may name
    /// it, the smaller one first, as the larger one may be chosen at random.
    void udp(Frame frame, int sourcePort, int destinationPort, int offset, boolean seeksTeredo) {
        if (seeksTeredo
                && (sourcePort == TEREDO_PORT
                        || destinationPort == TEREDO_PORT
                        || isNamedTeredo(frame, offset))) {
            // Then the port alone does not tell, either.
            if (endsWithTeredo(frame, offset)) {
                teredo(frame, offset);
            }
            return;
        }
        if (!udp(frame, Math.min(sourcePort, destinationPort), offset)) {
            udp(frame, Math.max(sourcePort, destinationPort), offset);
        }
    }

    private boolean udp(Frame frame, int port, int offset) {
        return switch (port) {
            case VXLAN_PORT, VXLAN_LINUX_PORT -> vxlan(frame, offset);
            case VXLAN_GPE_PORT -> vxlanGpe(frame, offset);
            case GENEVE_PORT -> geneve(frame, offset);
            case GTP_USER_PORT, GTP_CONTROL_PORT -> gtp(frame, offset);
            case L2TP_PORT -> l2tp(frame, offset);
            case IPSEC_NAT_PORT -> espInUdp(frame, offset);
            case TEREDO_PORT -> teredo(frame, offset);
            case CAPWAP_CONTROL_PORT -> capwap(frame, offset, false);
            case CAPWAP_DATA_PORT -> capwap(frame, offset, true);
            case UDP_MPLS_PORT -> {
                mpls(frame, offset);
                yield true;
            }
            default -> false;
        };
    }

    private boolean vxlan(Frame frame, int offset) {
        if (!vxlanHeader(frame, offset)) {
            return false;
        }
        ethernet(frame, offset + VxlanView.HEADER_LENGTH);
        return true;
    }

    private boolean vxlanGpe(Frame frame, int offset) {
        if (!vxlanHeader(frame, offset)) {
            return false;
        }
        int next = offset + VxlanView.HEADER_LENGTH;
        switch (vxlan.nextProtocol()) {
            case VxlanView.NEXT_IPV4 -> inner(frame, EtherType.IPV4, next);
            case VxlanView.NEXT_IPV6 -> inner(frame, EtherType.IPV6, next);
            // Without a next protocol it is the VXLAN of RFC 7348.
            case 0, VxlanView.NEXT_ETHERNET -> ethernet(frame, next);
            case VxlanView.NEXT_NSH -> nsh(frame, next);
            case VxlanView.NEXT_MPLS -> mpls(frame, next);
            default -> decoder.payload(frame, next);
        }
        return true;
    }

    private boolean vxlanHeader(Frame frame, int offset) {
        Check check = vxlan.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        boolean isVxlan = check == Check.OK && vxlan.hasIdentifier();
        return isTunnel(frame, check, isVxlan, Layer.VXLAN, offset, VxlanView.HEADER_LENGTH);
    }

    private boolean geneve(Frame frame, int offset) {
        Check check = geneve.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        boolean isGeneve = check == Check.OK;
        if (!isTunnel(frame, check, isGeneve, Layer.GENEVE, offset, geneve.headerLength())) {
            return false;
        }
        int next = offset + geneve.headerLength();
        if (geneve.protocolType() == TRANSPARENT_ETHERNET) {
            ethernet(frame, next);
        } else {
            inner(frame, geneve.protocolType(), next);
        }
        return true;
    }

    private boolean gtp(Frame frame, int offset) {
        Check check = gtp.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        boolean isGtp = check == Check.OK && gtp.isGtp();
        if (!isTunnel(frame, check, isGtp, Layer.GTP, offset, gtp.headerLength())) {
            return false;
        }
        int next = offset + gtp.headerLength();
        int claimed = offset + GtpView.MIN_HEADER_LENGTH + gtp.length();
        decoder.endAt(frame, Math.max(next, claimed), Limit.GTP_LENGTH, Layer.GTP, offset);
        if (gtp.messageType() == GtpView.G_PDU) {
            byVersion(frame, next);
        } else {
            decoder.payload(frame, next);
        }
        return true;
    }

    private boolean l2tp(Frame frame, int offset) {
        Check check = l2tp.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        boolean isL2tp = check == Check.OK;
        if (!isTunnel(frame, check, isL2tp, Layer.L2TP, offset, l2tp.headerLength())) {
            return false;
        }
        int next = offset + l2tp.headerLength();
        if (l2tp.version() == 2 && !l2tp.isControl()) {
            ppp(frame, next);
        } else {
            decoder.payload(frame, next);
        }
        return true;
    }

    /// RFC 3948 section 2: IKE has zero where ESP has its security parameters index, and a
    /// keep-alive is one byte. The payload stays that of the datagram.
    private boolean espInUdp(Frame frame, int offset) {
        Check check = esp.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        boolean isEsp = check == Check.OK && esp.securityParametersIndex() != 0;
        return isEsp && frame.addLayer(Layer.ESP, offset);
    }

    private boolean teredo(Frame frame, int offset) {
        Check check = teredo.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        int needed = decoder.present(frame, offset) + 1;
        if (!isTunnel(frame, check, check == Check.OK, Layer.TEREDO, offset, needed)) {
            return false;
        }
        inner(frame, EtherType.IPV6, offset + teredo.headerLength());
        return true;
    }

    private boolean capwap(Frame frame, int offset, boolean isData) {
        Check check = capwap.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        boolean isCapwap = check == Check.OK;
        if (!isTunnel(frame, check, isCapwap, Layer.CAPWAP, offset, capwap.headerLength())) {
            return false;
        }
        int next = offset + capwap.headerLength();
        if (isData && capwap.isIeee80211()) {
            decoder.wirelessInTunnel(frame, next);
        } else if (isData && capwap.isIeee8023()) {
            ethernet(frame, next);
        } else {
            decoder.payload(frame, next);
        }
        return true;
    }

    /// Whether Teredo's authentication data or origin indication comes before an IPv6 header, or
    /// one of its ends has an address of Teredo (RFC 4380 sections 2.6 and 2.8).
    private boolean isNamedTeredo(Frame frame, int offset) {
        return isIpv6InTeredo(frame, offset)
                && (teredo.headerLength() > 0
                        || ipv6.sourceHigh() >>> 32 == TEREDO_PREFIX
                        || ipv6.destinationHigh() >>> 32 == TEREDO_PREFIX);
    }

    /// Whether the packet in a datagram of Teredo ends with it, or is a bubble.
    private boolean endsWithTeredo(Frame frame, int offset) {
        if (!isIpv6InTeredo(frame, offset)) {
            return false;
        }
        boolean isBubble =
                ipv6.nextHeader() == IpProtocol.NO_NEXT_HEADER && ipv6.payloadLength() == 0;
        int length = teredo.headerLength() + Ipv6View.HEADER_LENGTH + ipv6.payloadLength();
        return isBubble || length == frame.payloadLength;
    }

    private boolean isIpv6InTeredo(Frame frame, int offset) {
        long at = frame.start + offset;
        long limit = decoder.limit(frame);
        return teredo.wrap(frame.bytes, at, limit) == Check.OK
                && ipv6.wrap(frame.bytes, at + teredo.headerLength(), limit) == Check.OK;
    }

    /// Whether the bytes at a tunnel's port are the tunnel's header. A header that the capture cut
    /// is noted as such; one that the datagram has no room for is none.
    private boolean isTunnel(
            Frame frame, Check check, boolean isBorneOut, Layer layer, int offset, int needed) {
        if (check == Check.TRUNCATED && decoder.isCut(frame)) {
            decoder.fail(frame, check, layer, offset, needed);
        }
        return isBorneOut && frame.addLayer(layer, offset);
    }

    // ----

    /// Notes a header that is cut, or whose own length field says less than it needs.
    private void failed(
            Frame frame, Check check, Layer layer, int offset, int needed, int ownLength) {
        if (check == Check.BAD_LENGTH) {
            decoder.fail(frame, check, layer, offset, needed, ownLength, Limit.HEADER_LENGTH);
        } else {
            decoder.fail(frame, check, layer, offset, needed);
        }
    }
}
