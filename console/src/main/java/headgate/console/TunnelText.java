package headgate.console;

import headgate.packet.ErspanView;
import headgate.packet.Frame;
import headgate.packet.GeneveView;
import headgate.packet.GtpView;
import headgate.packet.IpAddress;
import headgate.packet.Ipv4View;
import headgate.packet.Ipv6View;
import headgate.packet.MplsView;
import headgate.packet.PppoeView;
import headgate.packet.VlanView;
import headgate.packet.VxlanView;

/// The headers around the packet that a line is about, outer to inner, each with what tells it from
/// others of its kind. Part of [PacketText].
final class TunnelText {
    private final Ipv4View ipv4 = new Ipv4View();
    private final Ipv6View ipv6 = new Ipv6View();
    private final VlanView vlan = new VlanView();
    private final MplsView mpls = new MplsView();
    private final PppoeView pppoe = new PppoeView();
    private final ErspanView erspan = new ErspanView();
    private final VxlanView vxlan = new VxlanView();
    private final GeneveView geneve = new GeneveView();
    private final GtpView gtp = new GtpView();

    /// Appends the chain, each part with a colon behind it; nothing for a packet in no tunnel.
    void append(StringBuilder line, Frame frame) {
        long limit = frame.start + frame.lengthCaptured;
        int end = around(frame);
        for (int i = 0; i < end; i++) {
            long at = frame.start + frame.layerOffset(i);
            switch (frame.layer(i)) {
                case IPV4 -> {
                    ipv4.wrap(frame.bytes, at, limit);
                    IpAddress.append(
                            line.append("IP "), 4, 0, Integer.toUnsignedLong(ipv4.sourceAddress()));
                    IpAddress.append(
                            line.append(" > "),
                            4,
                            0,
                            Integer.toUnsignedLong(ipv4.destinationAddress()));
                }
                case IPV6 -> {
                    ipv6.wrap(frame.bytes, at, limit);
                    IpAddress.append(line.append("IP6 "), 6, ipv6.sourceHigh(), ipv6.sourceLow());
                    IpAddress.append(
                            line.append(" > "), 6, ipv6.destinationHigh(), ipv6.destinationLow());
                }
                case VLAN -> {
                    if (frame.packetOf(i) < 0) {
                        continue;
                    }
                    vlan.wrap(frame.bytes, at, limit);
                    line.append("vlan ").append(vlan.vlanIdentifier());
                }
                case MPLS -> {
                    mpls.wrap(frame.bytes, at, limit);
                    line.append("MPLS label ").append(mpls.label());
                }
                case PPPOE -> {
                    pppoe.wrap(frame.bytes, at, limit);
                    line.append("PPPoE session ").append(pppoe.sessionIdentifier());
                    if (pppoe.code() != PppoeView.SESSION_DATA) {
                        line.append(" code ").append(pppoe.code());
                    }
                }
                case ERSPAN -> {
                    erspan.wrap(frame.bytes, at, limit);
                    line.append("ERSPAN session ").append(erspan.sessionIdentifier());
                }
                case VXLAN -> {
                    vxlan.wrap(frame.bytes, at, limit);
                    line.append("VXLAN vni ").append(vxlan.networkIdentifier());
                }
                case GENEVE -> {
                    geneve.wrap(frame.bytes, at, limit);
                    line.append("Geneve vni ").append(geneve.networkIdentifier());
                }
                case GTP -> {
                    gtp.wrap(frame.bytes, at, limit);
                    String endpoint = Integer.toUnsignedString(gtp.tunnelEndpointIdentifier());
                    line.append("GTP endpoint ").append(endpoint);
                }
                case GRE -> line.append("GRE");
                case L2TP -> line.append("L2TP");
                case TEREDO -> line.append("Teredo");
                case AH -> line.append("AH");
                case NSH -> line.append("NSH");
                default -> {
                    continue;
                }
            }
            line.append(": ");
        }
    }

    /// How many headers come before the one that the line is about: the innermost IP header, or
    /// without any the end of all.
    private static int around(Frame frame) {
        if (frame.networkOffset < 0) {
            return frame.layerCount;
        }
        int index = 0;
        while (index < frame.layerCount && frame.layerOffset(index) < frame.networkOffset) {
            index++;
        }
        return index;
    }
}
