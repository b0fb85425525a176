package headgate.console;

import headgate.packet.Check;
import headgate.packet.Checksum;
import headgate.packet.ChecksumStatus;
import headgate.packet.EtherType;
import headgate.packet.Frame;
import headgate.packet.IcmpView;
import headgate.packet.IgmpView;
import headgate.packet.IpAddress;
import headgate.packet.IpProtocol;
import headgate.packet.Layer;
import headgate.packet.MacAddress;
import headgate.packet.TcpView;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.StringJoiner;

/// One line about a decoded frame, in the words of tcpdump. Names are never looked up.
final class PacketText {
    /// How the time is given, as tcpdump's `-t` options count.
    enum Time {
        /// Time of day.
        DAY,
        /// None.
        NONE,
        /// Seconds since 1970.
        EPOCH,
        /// Seconds since the line before.
        DELTA,
        /// Date and time of day.
        DATE,
        /// Seconds since the first line.
        ELAPSED
    }

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSSSSS");
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSSSSS");

    private static final int[] FLAGS = {
        TcpView.FIN,
        TcpView.SYN,
        TcpView.RST,
        TcpView.PSH,
        TcpView.ACK,
        TcpView.URG,
        TcpView.ECE,
        TcpView.CWR,
        TcpView.AE
    };
    private static final String FLAG_LETTERS = "FSRP.UEWe";

    private final Time time;
    private final ZoneId zone;
    private final boolean showsLink;
    private final boolean isVerbose;
    private final TunnelText tunnels = new TunnelText();
    private final DiscoveryText discovery = new DiscoveryText();
    private final StringBuilder line = new StringBuilder(200);
    private boolean any;
    private long firstNanos;
    private long lastNanos;

    /// @param showsLink whether the line gives the link-layer header
    /// @param isVerbose whether it gives the IP header's other fields and the checksums
    PacketText(Time time, ZoneId zone, boolean showsLink, boolean isVerbose) {
        this.time = time;
        this.zone = zone;
        this.showsLink = showsLink;
        this.isVerbose = isVerbose;
    }

    /// The line, without its end.
    String of(Frame frame) {
        line.setLength(0);
        time(frame.arrivalNanos);
        if (showsLink) {
            link(frame);
        }
        tunnels.append(line, frame);
        network(frame);
        if (frame.check != Check.OK) {
            line.append(" [").append(frame.error()).append(']');
        }
        return line.toString();
    }

    // ---- Time ----

    private void time(long nanos) {
        if (!any) {
            firstNanos = lastNanos = nanos;
            any = true;
        }
        switch (time) {
            case DAY -> date(DAY, nanos);
            case DATE -> date(DATE, nanos);
            case EPOCH -> line.append(PacketFields.epoch(nanos));
            case DELTA -> line.append(PacketFields.epoch(nanos - lastNanos));
            case ELAPSED -> line.append(PacketFields.epoch(nanos - firstNanos));
            case NONE -> {}
        }
        lastNanos = nanos;
        if (time != Time.NONE) {
            line.append(' ');
        }
    }

    private void date(DateTimeFormatter format, long nanos) {
        var instant =
                Instant.ofEpochSecond(
                        Math.floorDiv(nanos, NANOS_PER_SECOND),
                        Math.floorMod(nanos, NANOS_PER_SECOND));
        format.formatTo(instant.atZone(zone), line);
    }

    // ---- Link layer ----

    private void link(Frame frame) {
        if (frame.sourceMac() >= 0) {
            MacAddress.append(line, frame.sourceMac());
            if (frame.destinationMac() >= 0) {
                MacAddress.append(line.append(" > "), frame.destinationMac());
            }
            line.append(", ");
        }
        if (frame.packetType >= 0) {
            line.append(packetType(frame.packetType)).append(", ");
        }
        for (int i = 0; i < frame.vlanCount; i++) {
            int tag = frame.vlanTags[i];
            line.append("vlan ").append(tag & 0xfff).append(", p ").append(tag >>> 13 & 7);
            line.append((tag & 0x1000) == 0 ? ", " : ", DEI, ");
        }
        if (frame.etherType >= 0) {
            line.append("ethertype ").append(etherType(frame.etherType)).append(", ");
        }
        line.append("length ").append(frame.lengthOnWire).append(": ");
    }

    private static String packetType(int type) {
        return switch (type) {
            case 0 -> "In";
            case 1 -> "B";
            case 2 -> "M";
            case 3 -> "P";
            case 4 -> "Out";
            default -> "packet type " + type;
        };
    }

    private static String etherType(int type) {
        String name =
                switch (type) {
                    case EtherType.IPV4 -> "IPv4 ";
                    case EtherType.IPV6 -> "IPv6 ";
                    case EtherType.ARP -> "ARP ";
                    default -> "";
                };
        return name + hex("(0x%04x)", type);
    }

    // ---- Network layer ----

    private void network(Frame frame) {
        if (frame.ipVersion != 0) {
            ip(frame);
        } else if (frame.arpOperation() >= 0) {
            arp(frame);
        } else if (lastIs(frame, Layer.LLC)) {
            line.append("802.2 LLC, length ").append(frame.payloadLength);
        } else if (lastIs(frame, Layer.STP)) {
            line.append("STP, length ").append(frame.payloadLength);
        } else if (lastIs(frame, Layer.LLDP)) {
            line.append("LLDP, length ").append(frame.payloadLength);
        } else if (frame.layerCount == 0 && frame.check == Check.OK) {
            line.append("link type ").append(frame.linkType);
            line.append(", length ").append(frame.lengthOnWire);
        } else {
            if (frame.etherType >= 0) {
                line.append("ethertype ").append(etherType(frame.etherType)).append(", ");
            }
            line.append("length ").append(frame.payloadLength);
        }
    }

    private static boolean lastIs(Frame frame, Layer layer) {
        return frame.layerCount > 0 && frame.layer(frame.layerCount - 1) == layer;
    }

    private void arp(Frame frame) {
        line.append("ARP, ");
        String sender = IpAddress.formatV4(frame.arpSenderAddress());
        String target = IpAddress.formatV4(frame.arpTargetAddress());
        switch (frame.arpOperation()) {
            case 1 ->
                    line.append("Request who-has ").append(target).append(" tell ").append(sender);
            case 2 -> {
                line.append("Reply ").append(sender).append(" is-at ");
                MacAddress.append(line, frame.arpSenderMac());
            }
            default -> line.append("operation ").append(frame.arpOperation());
        }
        line.append(", length ").append(frame.payloadOffset - networkStart(frame));
    }

    private static int networkStart(Frame frame) {
        return frame.layerOffset(frame.layerCount - 1);
    }

    private void ip(Frame frame) {
        line.append(frame.ipVersion == 4 ? "IP " : "IP6 ");
        if (isVerbose) {
            ipHeader(frame);
        }
        endpoint(frame.ipVersion, frame.sourceHigh, frame.sourceLow, frame.sourcePort);
        line.append(" > ");
        endpoint(
                frame.ipVersion,
                frame.destinationHigh,
                frame.destinationLow,
                frame.destinationPort);
        line.append(": ");
        if (frame.transportOffset < 0) {
            withoutTransport(frame);
            return;
        }
        switch (frame.protocol) {
            case IpProtocol.TCP -> tcp(frame);
            case IpProtocol.UDP -> udp(frame);
            case IpProtocol.ICMP -> icmp(frame);
            case IpProtocol.ICMPV6 -> icmpv6(frame);
            case IpProtocol.IGMP -> igmp(frame);
            default -> withoutTransport(frame);
        }
    }

    private void ipHeader(Frame frame) {
        line.append(frame.ipVersion == 4 ? "(tos " : "(class ");
        line.append(hex("0x%x", frame.trafficClass()));
        if (frame.ipVersion == 4) {
            line.append(", ttl ").append(frame.timeToLive());
            line.append(", id ").append(Integer.toUnsignedString(frame.identification()));
            line.append(", offset ").append(frame.fragmentOffset());
            line.append(", flags [").append(fragmentFlags(frame)).append(']');
        } else {
            line.append(", flowlabel ").append(hex("0x%05x", frame.flowLabel()));
            line.append(", hlim ").append(frame.timeToLive());
        }
        line.append(", proto ").append(protocol(frame.protocol));
        line.append(", length ").append(frame.networkLength());
        if (frame.ipVersion == 4 && Checksum.ofIpv4Header(frame) == ChecksumStatus.BAD) {
            line.append(", bad cksum ").append(hex("0x%04x", frame.networkChecksum()));
        }
        line.append(") ");
    }

    private static String fragmentFlags(Frame frame) {
        if (frame.moreFragments()) {
            return frame.dontFragment() ? "+, DF" : "+";
        }
        return frame.dontFragment() ? "DF" : "none";
    }

    private void endpoint(int version, long high, long low, int port) {
        IpAddress.append(line, version, high, low);
        if (port >= 0) {
            line.append('.').append(port);
        }
    }

    private void withoutTransport(Frame frame) {
        line.append(protocol(frame.protocol));
        if (frame.isFragment()) {
            line.append(", fragment at ").append(frame.fragmentOffset());
            line.append(frame.moreFragments() ? "+" : "");
        }
        line.append(", length ").append(frame.payloadLength);
    }

    private static String protocol(int protocol) {
        return switch (protocol) {
            case IpProtocol.TCP -> "TCP (6)";
            case IpProtocol.UDP -> "UDP (17)";
            case IpProtocol.ICMP -> "ICMP (1)";
            case IpProtocol.ICMPV6 -> "ICMPv6 (58)";
            case IpProtocol.IGMP -> "IGMP (2)";
            case IpProtocol.SCTP -> "SCTP (132)";
            case IpProtocol.DCCP -> "DCCP (33)";
            case IpProtocol.UDP_LITE -> "UDP-Lite (136)";
            case IpProtocol.GRE -> "GRE (47)";
            case IpProtocol.ESP -> "ESP (50)";
            case IpProtocol.AH -> "AH (51)";
            case IpProtocol.L2TP -> "L2TP (115)";
            default -> "protocol " + protocol;
        };
    }

    // ---- Transport layer ----

    private void tcp(Frame frame) {
        line.append("Flags [").append(flags(frame.tcpFlags())).append(']');
        if (isVerbose) {
            checksum(frame);
        }
        int length = Math.max(0, messageLength(frame) - frame.tcpHeaderLength());
        long sequenceNumber = Integer.toUnsignedLong(frame.sequenceNumber());
        line.append(", seq ").append(sequenceNumber);
        if (length > 0) {
            line.append(':').append(sequenceNumber + length & 0xffff_ffffL);
        }
        if ((frame.tcpFlags() & TcpView.ACK) != 0) {
            line.append(", ack ").append(Integer.toUnsignedLong(frame.acknowledgmentNumber()));
        }
        line.append(", win ").append(frame.window());
        if ((frame.tcpFlags() & TcpView.URG) != 0) {
            line.append(", urg ").append(frame.urgentPointer());
        }
        tcpOptions(frame);
        line.append(", length ").append(length);
    }

    private static String flags(int flags) {
        var letters = new StringBuilder();
        for (int i = 0; i < FLAGS.length; i++) {
            if ((flags & FLAGS[i]) != 0) {
                letters.append(FLAG_LETTERS.charAt(i));
            }
        }
        return letters.isEmpty() ? "none" : letters.toString();
    }

    private void tcpOptions(Frame frame) {
        var options = new StringJoiner(",", ", options [", "]");
        options.setEmptyValue("");
        if (frame.maximumSegmentSize() >= 0) {
            options.add("mss " + frame.maximumSegmentSize());
        }
        if (frame.sackPermitted()) {
            options.add("sackOK");
        }
        if (frame.hasTimestamps()) {
            options.add(
                    "TS val "
                            + Integer.toUnsignedString(frame.timestampValue())
                            + " ecr "
                            + Integer.toUnsignedString(frame.timestampEchoReply()));
        }
        if (frame.windowScale() >= 0) {
            options.add("wscale " + frame.windowScale());
        }
        line.append(options);
    }

    private void udp(Frame frame) {
        line.append("UDP");
        if (isVerbose) {
            checksum(frame);
        }
        line.append(", length ").append(frame.payloadLength);
    }

    private void icmp(Frame frame) {
        line.append("ICMP ").append(icmpMessage(frame));
        identifier(frame, IcmpView.hasIdentifier(frame.icmpType()));
        line.append(", length ").append(messageLength(frame));
    }

    private static String icmpMessage(Frame frame) {
        return switch (frame.icmpType()) {
            case IcmpView.ECHO_REPLY -> "echo reply";
            case IcmpView.ECHO -> "echo request";
            case 3 -> "destination unreachable, code " + frame.icmpCode();
            case 5 -> "redirect, code " + frame.icmpCode();
            case 9 -> "router advertisement";
            case 10 -> "router solicitation";
            case 11 -> "time exceeded, code " + frame.icmpCode();
            case 12 -> "parameter problem, code " + frame.icmpCode();
            case 13 -> "timestamp request";
            case 14 -> "timestamp reply";
            default -> "type " + frame.icmpType() + ", code " + frame.icmpCode();
        };
    }

    private void icmpv6(Frame frame) {
        line.append("ICMP6, ").append(icmpv6Message(frame));
        discovery.append(line, frame);
        identifier(frame, IcmpView.v6HasIdentifier(frame.icmpType()));
        line.append(", length ").append(messageLength(frame));
    }

    private static String icmpv6Message(Frame frame) {
        return switch (frame.icmpType()) {
            case 1 -> "destination unreachable, code " + frame.icmpCode();
            case 2 -> "packet too big";
            case 3 -> "time exceeded, code " + frame.icmpCode();
            case 4 -> "parameter problem, code " + frame.icmpCode();
            case IcmpView.V6_ECHO_REQUEST -> "echo request";
            case IcmpView.V6_ECHO_REPLY -> "echo reply";
            case 130 -> "multicast listener query";
            case 131 -> "multicast listener report";
            case 132 -> "multicast listener done";
            case 133 -> "router solicitation";
            case 134 -> "router advertisement";
            case 135 -> "neighbor solicitation";
            case 136 -> "neighbor advertisement";
            case 137 -> "redirect";
            case 143 -> "multicast listener report v2";
            default -> "type " + frame.icmpType() + ", code " + frame.icmpCode();
        };
    }

    private void identifier(Frame frame, boolean isPresent) {
        if (isPresent) {
            line.append(", id ").append(frame.icmpIdentifier());
            line.append(", seq ").append(frame.icmpSequence());
        }
        if (isVerbose) {
            checksum(frame);
        }
    }

    private void igmp(Frame frame) {
        String group = IpAddress.formatV4(frame.igmpGroup());
        line.append("igmp ");
        line.append(
                switch (frame.icmpType()) {
                    case IgmpView.MEMBERSHIP_QUERY -> "query " + group;
                    case IgmpView.V1_MEMBERSHIP_REPORT -> "v1 report " + group;
                    case IgmpView.V2_MEMBERSHIP_REPORT -> "v2 report " + group;
                    case IgmpView.V2_LEAVE_GROUP -> "leave " + group;
                    case IgmpView.V3_MEMBERSHIP_REPORT -> "v3 report";
                    default -> hex("type 0x%02x", frame.icmpType());
                });
        if (isVerbose) {
            checksum(frame);
        }
        line.append(", length ").append(messageLength(frame));
    }

    private void checksum(Frame frame) {
        line.append(
                switch (Checksum.ofTransport(frame)) {
                    case GOOD -> ", cksum " + hex("0x%04x", frame.transportChecksum) + " (correct)";
                    case BAD ->
                            ", cksum " + hex("0x%04x", frame.transportChecksum) + " (incorrect)";
                    case UNVERIFIED -> "";
                    case NOT_PRESENT -> ", no cksum";
                });
    }

    private static int messageLength(Frame frame) {
        return frame.payloadOffset + frame.payloadLength - frame.transportOffset;
    }

    private static String hex(String format, int value) {
        return String.format(format, value);
    }
}
