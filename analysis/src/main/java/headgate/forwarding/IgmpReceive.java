package headgate.forwarding;

import headgate.forwarding.EgressFrames.Kind;
import headgate.forwarding.Skb.PacketType;
import headgate.packet.Checksum;

/// What IGMP does with a message for the host (kernel: `igmp_rcv`). Reports follow a question after
/// a random delay; here they are told at once.
final class IgmpReceive {
    private static final int QUERY = 0x11;
    private static final int REPORT_V1 = 0x12;
    private static final int REPORT_V2 = 0x16;
    private static final int HEADER = 8;
    private static final int ALL_SYSTEMS = 0xe0000001;
    private static final int PRECEDENCE_INTERNET_CONTROL = 0xc0;
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int ROUTER_ALERT = 0x94040000;
    private static final int ALERTED_HEADER = 24;

    private final Decision decision;

    private Skb skb;
    private boolean everybody;

    IgmpReceive(Decision decision) {
        this.decision = decision;
    }

    /// @param everybody whether the packet came as a broadcast or multicast, by its route
    void receive(Skb skb, boolean everybody) {
        this.skb = skb;
        this.everybody = everybody;
        int present = skb.length - skb.headerLength;
        if (present < HEADER || skb.isWhole() && !skb.isSumRight(present)) {
            drop();
            return;
        }
        if (skb.captured < skb.headerLength + HEADER) {
            decision.effects.incomplete("the capture cuts the IGMP header");
            return;
        }
        switch (skb.u8(skb.headerLength)) {
            case QUERY -> hearQuery(present);
            case REPORT_V1, REPORT_V2 -> {
                // Its own comes back from a timer, when this packet is long done with.
                if (skb != decision.own
                        && skb.packetType != PacketType.MULTICAST
                        && skb.packetType != PacketType.BROADCAST) {
                    drop();
                }
            }
            default -> drop();
        }
    }

    private void drop() {
        decision.effects.drop(DropReason.NOT_SPECIFIED, "igmp_rcv", Skb.ETH_P_IP);
    }

    /// A question of 8 bytes is one of version 1 or 2, RFC 3376 section 7.1.
    private void hearQuery(int present) {
        int group = skb.i32(skb.headerLength + 4);
        if (present != HEADER) {
            if (present < HEADER + 4) {
                drop();
            } else if (reports(group)) {
                decision.effects.incomplete("reports of IGMP version 3 are not modelled");
            }
            return;
        }
        boolean first = skb.u8(skb.headerLength + 1) == 0;
        for (int joined : decision.device.multicastGroups()) {
            if (isReported(joined, first ? 0 : group)) {
                report(joined, first ? REPORT_V1 : REPORT_V2);
            }
        }
    }

    private boolean reports(int group) {
        for (int joined : decision.device.multicastGroups()) {
            if (isReported(joined, group)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isReported(int joined, int asked) {
        return joined != ALL_SYSTEMS && (asked == 0 || asked == joined);
    }

    private void report(int group, int type) {
        OutputRoute route = decision.ownRoute;
        route.ask(0, group, 0, Skb.IGMP).outputDevice = decision.device;
        if (route.find(-1) != Errno.NONE) {
            return;
        }
        Skb own = decision.own;
        own.beginIpv4(
                ALERTED_HEADER + HEADER,
                PRECEDENCE_INTERNET_CONTROL,
                1,
                Skb.IGMP,
                route.source,
                group);
        own.put8(0, 0x46);
        own.put16(6, DONT_FRAGMENT);
        own.put32(Skb.IPV4_HEADER, ROUTER_ALERT);
        own.readHeader();
        own.put32(ALERTED_HEADER, type << 24);
        own.put32(ALERTED_HEADER + 4, group);
        own.put16(ALERTED_HEADER + 2, Checksum.of(own.bytes(), ALERTED_HEADER, HEADER));
        own.putHeaderChecksum();
        decision.output.send(own, Kind.IGMP_REPORT, route);
    }
}
