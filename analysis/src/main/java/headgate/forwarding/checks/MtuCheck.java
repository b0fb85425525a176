package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.DropReason;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.Skb;
import headgate.forwarding.SnmpCounter;

/// Does the packet fit the way out, whole or in fragments?
public final class MtuCheck extends ForwardingCheck {
    private static final int LARGEST_PACKET = 65535;
    private static final int UNREACHABLE = 3;
    private static final int FRAGMENTATION_NEEDED = 4;

    @Override
    public String rule() {
        return "FW-15";
    }

    @Override
    public String function() {
        return "ip_forward";
    }

    @Override
    public boolean decides(Decision decision) {
        Skb skb = decision.skb;
        int routeMtu = decision.result.info().mtuBytes();
        int deviceMtu = decision.result.nextHop().device().mtuBytes();
        decision.mtuBytes = Math.min(LARGEST_PACKET, routeMtu != 0 ? routeMtu : deviceMtu);
        if (decision.host.forwardUsesPmtu()) {
            return decision.incomplete("ip_forward_use_pmtu: learned path MTUs are not known");
        }
        if (skb.length <= decision.mtuBytes) {
            return false;
        }
        if (skb.dontFragment && !skb.mayBeSplitAgain(decision.mtuBytes)) {
            decision.count(SnmpCounter.IP_FRAG_FAILS);
            return decision.dropAndTell(
                    DropReason.PKT_TOO_BIG,
                    function(),
                    UNREACHABLE,
                    FRAGMENTATION_NEEDED,
                    decision.mtuBytes);
        }
        int room = decision.mtuBytes - skb.headerLength & ~7;
        if (room <= 0) {
            return decision.incomplete("an MTU that leaves no room for data");
        }
        decision.fragments = (skb.length - skb.headerLength + room - 1) / room;
        return false;
    }

    @Override
    public String evidence(Decision decision) {
        return "%d bytes, MTU %d%s"
                .formatted(
                        decision.skb.length,
                        decision.mtuBytes,
                        decision.fragments > 1 ? ": " + decision.fragments + " fragments" : "");
    }
}
