package headgate.flow;

import headgate.packet.CommunityId;
import headgate.packet.FlowKey;
import headgate.packet.IpProtocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Reads rows into records; the only place that knows both.
final class FlowRecords {
    private final TcpAnalysis tcpAnalysis = new TcpAnalysis();

    /// A table takes every flow that it is given.
    private static final int ALL_FLOWS = 1;

    private final long[] shortDetail = new long[DetailRow.TCP_LENGTH];

    /// A flow in which no side has sent more than one frame has all its detail in its row.
    private static boolean isShort(FlowRow row) {
        return row.get(FlowRow.PACKETS) <= 1 && row.get(FlowRow.PACKETS + 1) <= 1;
    }

    FlowRecord of(
            FlowRow row,
            EndReason reason,
            String application,
            Map<String, List<String>> metadata,
            List<Tunnel> tunnels) {
        boolean detailed = row.hasDetail() || isShort(row);
        if (detailed && !row.hasDetail()) {
            Arrays.fill(shortDetail, 0);
            row.detail.at(shortDetail, 0);
            row.detail.replay(row);
            if (row.isTcp()) {
                tcpAnalysis.replay(row);
            }
        }
        return new FlowRecord(
                row.ipVersion(),
                row.protocol(),
                side(row, FlowRow.ORIGINATOR, detailed),
                side(row, FlowRow.RESPONDER, detailed),
                vlanIds(row),
                communityId(row),
                row.get(FlowRow.FIRST),
                row.get(FlowRow.LAST),
                state(row),
                row.history(),
                row.isTcp() ? row.tcp.serverRttNanos() - 1 : -1,
                row.handshakePhase() == FlowRow.HANDSHAKE_DONE ? row.tcp.handshakeNanos() - 1 : -1,
                reason,
                application,
                metadata,
                tunnels,
                List.of(),
                !row.isTcp() || row.tcp.missingBytes(0) + row.tcp.missingBytes(1) == 0
                        ? LossPlace.NONE
                        : LossPlace.UNKNOWN,
                detailed
                        ? row.detail.ofFlow(row.get(FlowRow.PACKETS) + row.get(FlowRow.PACKETS + 1))
                        : null,
                ALL_FLOWS);
    }

    private static FlowRecord.Side side(FlowRow row, int side, boolean detailed) {
        boolean tcp = row.isTcp();
        long payload = row.get(FlowRow.PAYLOAD_BYTES + side);
        return new FlowRecord.Side(
                row.get(FlowRow.ADDRESS + 2 * side),
                row.get(FlowRow.ADDRESS + 2 * side + 1),
                row.port(side),
                row.get(FlowRow.PACKETS + side),
                row.get(FlowRow.FRAME_BYTES + side),
                row.get(FlowRow.IP_BYTES + side),
                payload,
                tcp ? TcpTracker.streamBytes(row, side) : payload,
                row.fragments(side),
                tcp ? TcpTracker.flagsSeen(row, side) : 0,
                tcp ? TcpTracker.maximumSegmentSize(row, side) : -1,
                tcp ? TcpTracker.windowScale(row, side) : -1,
                tcp ? row.tcp.retransmits(side) : 0,
                tcp ? TcpTracker.zeroWindows(row, side) : 0,
                tcp ? row.tcp.missingBytes(side) : 0,
                row.trafficClass(side),
                row.trafficClassChanged(side),
                row.minTimeToLive(side),
                row.maxTimeToLive(side),
                row.sackPermitted(side),
                detailed
                        ? row.detail.ofSide(row, side, tcp ? TcpAnalysis.ofSide(row, side) : null)
                        : null);
    }

    private static List<Integer> vlanIds(FlowRow row) {
        int count = row.vlanCount();
        if (count == 0) {
            return List.of();
        }
        var ids = new ArrayList<Integer>(count);
        for (int i = 0; i < count; i++) {
            ids.add(row.vlanId(i));
        }
        return ids;
    }

    private static String communityId(FlowRow row) {
        boolean told = row.has(FlowRow.PORTS_TOLD);
        return CommunityId.of(
                new FlowKey(
                        row.ipVersion(),
                        row.get(FlowRow.ADDRESS),
                        row.get(FlowRow.ADDRESS + 1),
                        row.get(FlowRow.ADDRESS + 2),
                        row.get(FlowRow.ADDRESS + 3),
                        row.protocol(),
                        told ? row.port(FlowRow.ORIGINATOR) : -1,
                        told ? row.port(FlowRow.RESPONDER) : -1));
    }

    private static ConnState state(FlowRow row) {
        return switch (row.protocol()) {
            case IpProtocol.TCP -> TcpTracker.connState(row);
            case IpProtocol.UDP -> {
                boolean originator = row.get(FlowRow.PACKETS + FlowRow.ORIGINATOR) > 0;
                boolean responder = row.get(FlowRow.PACKETS + FlowRow.RESPONDER) > 0;
                if (originator) {
                    yield responder ? ConnState.SF : ConnState.S0;
                }
                yield responder ? ConnState.SHR : ConnState.OTH;
            }
            default -> ConnState.OTH;
        };
    }
}
