package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.DropReason;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.Icmp6;
import headgate.forwarding.NetDevice;
import headgate.forwarding.SnmpCounter;

/// Does the packet fit through the device that it leaves by? Otherwise it takes one hop less from
/// its life.
public final class Ip6MtuCheck extends ForwardingCheck {
    private static final int SMALLEST_MTU = 1280;

    @Override
    public String rule() {
        return "FW6-10";
    }

    @Override
    public String function() {
        return "ip6_pkt_too_big";
    }

    @Override
    public boolean decides(Decision decision) {
        NetDevice output = decision.result6.nextHop().device();
        decision.count(SnmpCounter.IP6_OUT_FORW_DATAGRAMS);
        decision.mtuBytes = Math.max(output.inet6().mtuBytes(), SMALLEST_MTU);
        if (decision.skb.length > decision.mtuBytes
                && !decision.skb.mayBeSplitAgain(decision.mtuBytes)) {
            decision.icmp6.tell(Icmp6.PACKET_TOO_BIG, 0, decision.mtuBytes, output);
            decision.count(SnmpCounter.IP6_IN_TOO_BIG_ERRORS);
            decision.count(SnmpCounter.IP6_FRAG_FAILS);
            return decision.isIncomplete() || decision.drop(DropReason.PKT_TOO_BIG, "ip6_forward");
        }
        decision.skb.put8(7, decision.header6.hopLimit - 1);
        return false;
    }

    @Override
    public String evidence(Decision decision) {
        return decision.skb.length + " bytes, MTU " + decision.mtuBytes;
    }
}
