package headgate.console;

import headgate.packet.AhView;
import headgate.packet.EspView;
import headgate.packet.EtherType;
import headgate.packet.Frame;
import headgate.packet.GeneveView;
import headgate.packet.GreView;
import headgate.packet.GtpView;
import headgate.packet.Layer;
import headgate.packet.LinkType;
import headgate.packet.MacInMacView;
import headgate.packet.MacsecView;
import headgate.packet.MplsView;
import headgate.packet.PpiView;
import headgate.packet.PppView;
import headgate.packet.PppoeView;
import headgate.packet.UdpView;
import headgate.packet.VxlanView;
import java.util.Locale;

/// The fields and names of headers around packets: encapsulations, and link layers that few
/// captures have. Part of [PacketFields].
final class EncapsulationFields {
    private static final int VXLAN_GPE_PORT = 4790;
    private static final int CAPWAP_DATA_PORT = 5247;

    private final FieldOccurrences fields;
    private final UdpView udp = new UdpView();
    private final MplsView mpls = new MplsView();
    private final PppoeView pppoe = new PppoeView();
    private final PppView ppp = new PppView();
    private final MacInMacView macInMac = new MacInMacView();
    private final GreView gre = new GreView();
    private final VxlanView vxlan = new VxlanView();
    private final GeneveView geneve = new GeneveView();
    private final GtpView gtp = new GtpView();
    private final AhView ah = new AhView();
    private final EspView esp = new EspView();
    private final MacsecView macsec = new MacsecView();
    private final PpiView ppi = new PpiView();

    EncapsulationFields(FieldOccurrences fields) {
        this.fields = fields;
    }

    /// Adds those of header number `index`, which starts at `at` in the segment.
    void add(Frame frame, int index, long at, long limit) {
        Layer layer = frame.layer(index);
        switch (layer) {
            case MPLS -> mpls(frame, index, at, limit);
            case PPPOE -> pppoe(frame, at, limit);
            case PPP -> ppp(frame, at, limit);
            case MAC_IN_MAC -> macInMac(frame, at, limit);
            case GRE -> gre(frame, at, limit);
            case VXLAN -> vxlan(frame, index, at, limit);
            case GENEVE -> geneve(frame, at, limit);
            case GTP -> gtp(frame, at, limit);
            case AH -> ah(frame, at, limit);
            case ESP -> esp(frame, index, at, limit);
            case MACSEC -> macsec(frame, at, limit);
            case PPI -> ppi(frame, at, limit);
            case CAPWAP -> capwap(frame, index, at);
            default -> fields.protocol(name(frame, layer));
        }
    }

    /// tshark's name of a layer of which it gives no field here.
    static String name(Frame frame, Layer layer) {
        return switch (layer) {
            case FABRIC_PATH -> "cfp";
            case CISCO_METADATA -> "cmd";
            case CISCO_HDLC -> frame.linkType == LinkType.CISCO_HDLC ? "chdlc" : "ppp:chdlc";
            case FRAME_RELAY -> "fr";
            case TOKEN_RING -> "tr";
            case IEEE_802_11 -> "wlan";
            case RADIOTAP -> "radiotap:wlan_radio";
            case PKTAP -> "pktap:pcap_pktdata";
            case ARISTA -> "avsp:ethertype";
            default -> layer.name().toLowerCase(Locale.ROOT);
        };
    }

    /// tshark names the protocol once for the whole stack.
    private void mpls(Frame frame, int index, long at, long limit) {
        mpls.wrap(frame.bytes, at, limit);
        if (index == 0 || frame.layer(index - 1) != Layer.MPLS) {
            fields.protocol("mpls");
        }
        fields.add("mpls.label", mpls.label());
        fields.add("mpls.exp", mpls.trafficClass());
        fields.add("mpls.bottom", mpls.isBottomOfStack());
        fields.add("mpls.ttl", mpls.timeToLive());
    }

    private void pppoe(Frame frame, long at, long limit) {
        pppoe.wrap(frame.bytes, at, limit);
        fields.protocol(pppoe.code() == PppoeView.SESSION_DATA ? "pppoes" : "pppoed");
        fields.add("pppoe.session_id", pppoe.sessionIdentifier());
        fields.add("pppoe.code", pppoe.code());
    }

    private void ppp(Frame frame, long at, long limit) {
        ppp.wrap(frame.bytes, at, limit);
        fields.protocol("ppp");
        fields.add("ppp.protocol", ppp.protocol());
    }

    private void macInMac(Frame frame, long at, long limit) {
        macInMac.wrap(frame.bytes, at, limit);
        fields.protocol("ieee8021ah");
        if (EtherType.isType(macInMac.lengthOrType())) {
            fields.protocol("ethertype");
        }
    }

    private void gre(Frame frame, long at, long limit) {
        gre.wrap(frame.bytes, at, limit);
        fields.protocol("gre");
        fields.add("gre.flags_and_version", gre.flagsAndVersion());
        fields.add("gre.proto", gre.protocolType());
        if (gre.hasKey() && gre.version() == 0) {
            fields.add("gre.key", Integer.toUnsignedLong(gre.key()));
        }
    }

    private void vxlan(Frame frame, int index, long at, long limit) {
        vxlan.wrap(frame.bytes, at, limit);
        // tshark has no name for the generic extension, which has a port of its own.
        if (lowerPort(frame, index, at) != VXLAN_GPE_PORT) {
            fields.protocol("vxlan");
        }
        fields.add("vxlan.vni", vxlan.networkIdentifier());
    }

    private void geneve(Frame frame, long at, long limit) {
        geneve.wrap(frame.bytes, at, limit);
        fields.protocol("geneve");
        fields.add("geneve.proto_type", geneve.protocolType());
        fields.add("geneve.vni", geneve.networkIdentifier());
    }

    private void gtp(Frame frame, long at, long limit) {
        gtp.wrap(frame.bytes, at, limit);
        fields.protocol("gtp");
        fields.add("gtp.teid", Integer.toUnsignedLong(gtp.tunnelEndpointIdentifier()));
    }

    private void ah(Frame frame, long at, long limit) {
        ah.wrap(frame.bytes, at, limit);
        fields.protocol("ah");
        fields.add("ah.spi", Integer.toUnsignedLong(ah.securityParametersIndex()));
        fields.add("ah.sequence", Integer.toUnsignedLong(ah.sequenceNumber()));
    }

    private void macsec(Frame frame, long at, long limit) {
        macsec.wrap(frame.bytes, at, limit);
        fields.protocol(macsec.isClear() ? "macsec:ethertype" : "macsec");
    }

    private void esp(Frame frame, int index, long at, long limit) {
        esp.wrap(frame.bytes, at, limit);
        boolean isInUdp = index > 0 && frame.layer(index - 1) == Layer.UDP;
        fields.protocol(isInUdp ? "udpencap:esp" : "esp");
        fields.add("esp.spi", Integer.toUnsignedLong(esp.securityParametersIndex()));
        fields.add("esp.sequence", Integer.toUnsignedLong(esp.sequenceNumber()));
    }

    private void ppi(Frame frame, long at, long limit) {
        ppi.wrap(frame.bytes, at, limit);
        fields.protocol(ppi.linkType() == LinkType.IEEE802_11 ? "ppi:wlan_radio" : "ppi");
    }

    private void capwap(Frame frame, int index, long at) {
        boolean isData = lowerPort(frame, index, at) == CAPWAP_DATA_PORT;
        fields.protocol(isData ? "capwap.data" : "capwap");
    }

    /// Of the datagram whose payload the header at hand begins.
    private int lowerPort(Frame frame, int index, long at) {
        udp.wrap(frame.bytes, frame.start + frame.layerOffset(index - 1), at);
        return Math.min(udp.sourcePort(), udp.destinationPort());
    }
}
