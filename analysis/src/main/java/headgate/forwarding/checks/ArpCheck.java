package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.Inet4;
import headgate.forwarding.Skb;

/// Whom does an ARP packet ask for, and is the host to answer?
public final class ArpCheck extends ForwardingCheck {
    @Override
    public String rule() {
        return "FW-18";
    }

    @Override
    public String function() {
        return "arp_rcv";
    }

    @Override
    public boolean decides(Decision decision) {
        return decision.receiveArp();
    }

    @Override
    public String evidence(Decision decision) {
        Skb skb = decision.skb;
        return skb.captured < 28
                ? "packet type " + skb.packetType + ", " + skb.length + " bytes"
                : "packet type %s, operation %d: %s asks for %s"
                        .formatted(
                                skb.packetType,
                                skb.u16(6),
                                Inet4.format(skb.i32(14)),
                                Inet4.format(skb.i32(24)));
    }
}
