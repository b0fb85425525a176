package headgate.forwarding.checks;

import headgate.forwarding.Decision;
import headgate.forwarding.DropReason;
import headgate.forwarding.ForwardingCheck;
import headgate.forwarding.Skb;
import headgate.forwarding.SnmpCounter;

/// Is the packet for this host, and is its IPv4 header sound?
public final class ReceiveCheck extends ForwardingCheck {
    private static final String CUT = "the capture cuts the IPv4 header";

    @Override
    public String rule() {
        return "FW-2";
    }

    @Override
    public String function() {
        return "ip_rcv_core";
    }

    @Override
    public boolean decides(Decision decision) {
        Skb skb = decision.skb;
        if (skb.packetType == Skb.PacketType.OTHERHOST) {
            return decision.drop(DropReason.OTHERHOST, function());
        }
        decision.count(SnmpCounter.IP_IN_RECEIVES);
        decision.count(SnmpCounter.IP_EXT_IN_OCTETS, skb.length);
        if (skb.length < Skb.IPV4_HEADER) {
            return headerError(decision, DropReason.IP_INHDR);
        }
        if (skb.captured < Skb.IPV4_HEADER) {
            return decision.incomplete(CUT);
        }
        skb.readHeader();
        if (skb.headerLength < Skb.IPV4_HEADER || skb.version != 4) {
            return headerError(decision, DropReason.IP_INHDR);
        }
        decision.count(SnmpCounter.inEcn(skb.tos));
        if (skb.length < skb.headerLength) {
            return headerError(decision, DropReason.IP_INHDR);
        }
        if (skb.captured < skb.headerLength) {
            return decision.incomplete(CUT);
        }
        return decidesOnLengths(decision, skb);
    }

    private boolean decidesOnLengths(Decision decision, Skb skb) {
        if (!skb.isHeaderChecksumRight()) {
            decision.count(SnmpCounter.IP_EXT_IN_CSUM_ERRORS);
            return headerError(decision, DropReason.IP_CSUM);
        }
        if (skb.length < skb.totalLength) {
            decision.count(SnmpCounter.IP_EXT_IN_TRUNCATED_PKTS);
            return decision.drop(DropReason.PKT_TOO_SMALL, function());
        }
        if (skb.totalLength < skb.headerLength) {
            return headerError(decision, DropReason.IP_INHDR);
        }
        skb.trim();
        return false;
    }

    private boolean headerError(Decision decision, DropReason reason) {
        decision.count(SnmpCounter.IP_IN_HDR_ERRORS);
        return decision.drop(reason, function());
    }

    @Override
    public String evidence(Decision decision) {
        Skb skb = decision.skb;
        return "version %d, header %d bytes, total length %d of %d bytes present"
                .formatted(skb.version, skb.headerLength, skb.totalLength, skb.length);
    }
}
