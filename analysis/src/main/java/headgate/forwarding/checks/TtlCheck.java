package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.DropReason;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.Skb.PacketType;
import headgate.forwarding.SnmpCounter;

/// Was the packet sent to this router alone, and may it live on?
public final class TtlCheck extends ForwardingCheck {
    private static final int TIME_EXCEEDED = 11;
    private static final int UNREACHABLE = 3;
    private static final int SOURCE_ROUTE_FAILED = 5;

    @Override
    public String rule() {
        return "FW-14";
    }

    @Override
    public String function() {
        return "ip_forward";
    }

    @Override
    public boolean decides(Decision decision) {
        if (decision.skb.packetType != PacketType.HOST) {
            return decision.drop(DropReason.NOT_SPECIFIED, function());
        }
        if (decision.skb.timeToLive <= 1) {
            decision.count(SnmpCounter.IP_IN_HDR_ERRORS);
            return decision.dropAndTell(DropReason.IP_INHDR, function(), TIME_EXCEEDED, 0, 0);
        }
        if (decision.options.isStrict() && decision.result.nextHop().hasGateway()) {
            return decision.dropAndTell(
                    DropReason.NOT_SPECIFIED, function(), UNREACHABLE, SOURCE_ROUTE_FAILED, 0);
        }
        decision.count(SnmpCounter.IP_FORW_DATAGRAMS);
        return false;
    }

    @Override
    public String evidence(Decision decision) {
        return "packet type "
                + decision.skb.packetType
                + ", time to live "
                + decision.skb.timeToLive;
    }
}
