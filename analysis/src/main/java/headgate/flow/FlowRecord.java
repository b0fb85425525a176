package headgate.flow;

import headgate.packet.IpProtocol;
import java.util.List;
import java.util.Map;

/// What one conversation did, up to [#lastNanos].
///
/// Counts are totals since the flow began, in interim records too: the latest record of a flow
/// tells all of it, and the sum over final records is what was seen.
///
/// @param ipVersion 4 or 6
/// @param protocol IP protocol number; 255 where the frame did not get as far as telling it
/// @param originator who began: the sender of the first frame seen, or its receiver if that frame
///   was a SYN/ACK
/// @param responder the other side
/// @param vlanIds VLAN identifiers of the first frame, outer to inner
/// @param communityId Community ID v1 of the flow
/// @param firstNanos when the first frame was seen, since 1970-01-01T00:00:00Z
/// @param lastNanos when the last frame was seen
/// @param state what became of it
/// @param history Zeek's letters for what happened in order, upper case the originator's; at most
///   24
/// @param serverRttNanos from the last SYN to the SYN/ACK, which is the way between here and the
///   server; -1 if unknown
/// @param clientRttNanos from the last SYN/ACK to the ACK, which is the way between here and the
///   client; -1 if unknown
/// @param endReason why the record left
/// @param application what is spoken in it, as [headgate.flow.app.Application#label] has it; empty
///   if unknown
/// @param metadata what both sides said first: fields under tshark's names, each value once
/// @param tunnels the packets around those of the flow, outer to inner, as in its first frame
/// @param capturePoints where it was seen, by the names of whoever captured it; empty where these
///   are not known
/// @param missingPlace where the missing bytes of both sides got lost
/// @param detail null if the table had no room for it
/// @param sampling one of so many flows was captured, with all of its frames; 1 means all
public record FlowRecord(
        int ipVersion,
        int protocol,
        Side originator,
        Side responder,
        List<Integer> vlanIds,
        String communityId,
        long firstNanos,
        long lastNanos,
        ConnState state,
        String history,
        long serverRttNanos,
        long clientRttNanos,
        EndReason endReason,
        String application,
        Map<String, List<String>> metadata,
        List<Tunnel> tunnels,
        List<String> capturePoints,
        LossPlace missingPlace,
        FlowDetail detail,
        int sampling)
        implements FlowTotals {

    /// What one side is, and sent.
    ///
    /// @param addressHigh IPv6: the upper 64 bits; IPv4: 0
    /// @param addressLow IPv6: the lower 64 bits; IPv4: the 32 bits
    /// @param port of TCP and UDP; of ICMP the type (originator) and the code or the type of the
    ///   reply (responder); 0 where there is none, or where only fragments were seen
    /// @param packets frames with an IP header
    /// @param frameBytes bytes of these frames on the wire
    /// @param ipBytes bytes that their IP headers claim, these headers included
    /// @param payloadBytes bytes after the transport header, repeated ones too
    /// @param streamBytes TCP: bytes of payload by sequence and acknowledgment numbers, each once,
    ///   seen or not; otherwise the same as payloadBytes
    /// @param fragments frames that were fragments of a datagram, stays at 65,535
    /// @param tcpFlags every flag seen, as in the TCP header; 0 if not TCP
    /// @param maximumSegmentSize option of the SYN; -1 if absent
    /// @param windowScale option of the SYN; -1 if absent
    /// @param retransmissions segments with payload that brought no new sequence number: sent
    ///   again, or late
    /// @param zeroWindows segments that closed the window, stays at 65,535
    /// @param missingBytes bytes that the peer acknowledged and that were never seen here
    /// @param trafficClass type of service or traffic class (DSCP and ECN) of its first frame; -1
    ///   if it sent none
    /// @param trafficClassChanged whether a later frame had another one
    /// @param minTimeToLive lowest time to live or hop limit; -1 if it sent none
    /// @param maxTimeToLive highest time to live or hop limit; -1 if it sent none
    /// @param sackPermitted option of the SYN
    /// @param detail null if the table had no room for it
    public record Side(
            long addressHigh,
            long addressLow,
            int port,
            long packets,
            long frameBytes,
            long ipBytes,
            long payloadBytes,
            long streamBytes,
            long fragments,
            int tcpFlags,
            int maximumSegmentSize,
            int windowScale,
            long retransmissions,
            long zeroWindows,
            long missingBytes,
            int trafficClass,
            boolean trafficClassChanged,
            int minTimeToLive,
            int maxTimeToLive,
            boolean sackPermitted,
            SideDetail detail) {

        /// Bytes of its packets that are not payload: IP and transport headers with their options.
        public long headerBytes() {
            return ipBytes - payloadBytes;
        }
    }

    public FlowRecord {
        if (sampling < 1) {
            throw new IllegalArgumentException("one of %d flows".formatted(sampling));
        }
        if (ipVersion != 4 && ipVersion != 6) {
            throw new IllegalArgumentException("IP version " + ipVersion + " is neither 4 nor 6");
        }
        vlanIds = List.copyOf(vlanIds);
        tunnels = List.copyOf(tunnels);
        capturePoints = List.copyOf(capturePoints);
    }

    /// The same as seen at these capture points.
    public FlowRecord seenAt(List<String> points) {
        return with(originator, responder, points, missingPlace, sampling);
    }

    /// The same, of a capture that took one of so many flows.
    public FlowRecord sampled(int rate) {
        return with(originator, responder, capturePoints, missingPlace, rate);
    }

    /// The same with its missing bytes, if there are any, lost there.
    public FlowRecord lostAt(LossPlace place) {
        LossPlace known = missingBytes() == 0 ? LossPlace.NONE : place;
        return with(originator, responder, capturePoints, known, sampling);
    }

    /// The same with the sides exchanged; state and history stay those of the first frame.
    public FlowRecord reversed() {
        return with(responder, originator, capturePoints, missingPlace, sampling);
    }

    private FlowRecord with(
            Side first, Side second, List<String> points, LossPlace place, int rate) {
        return new FlowRecord(
                ipVersion,
                protocol,
                first,
                second,
                vlanIds,
                communityId,
                firstNanos,
                lastNanos,
                state,
                history,
                serverRttNanos,
                clientRttNanos,
                endReason,
                application,
                metadata,
                tunnels,
                points,
                place,
                detail,
                rate);
    }

    /// Whether the flow goes on after this record.
    public boolean interim() {
        return endReason == EndReason.NOT_ENDED;
    }

    @Override
    public long packets() {
        return originator.packets + responder.packets;
    }

    @Override
    public long frameBytes() {
        return originator.frameBytes + responder.frameBytes;
    }

    public long retransmissions() {
        return originator.retransmissions + responder.retransmissions;
    }

    public long missingBytes() {
        return originator.missingBytes + responder.missingBytes;
    }

    /// ICMP type of the messages of the originator; -1 if the flow is not ICMP.
    public int icmpType() {
        return isIcmp() ? originator.port : -1;
    }

    /// Their code: 0 for messages that have an answer; -1 if the flow is not ICMP.
    public int icmpCode() {
        if (!isIcmp()) {
            return -1;
        }
        return IcmpPairs.partner(ipVersion, originator.port) < 0 ? responder.port : 0;
    }

    private boolean isIcmp() {
        return protocol == IpProtocol.ICMP || protocol == IpProtocol.ICMPV6;
    }

    /// The way from the client through here to the server and back; -1 if one part is unknown.
    public long handshakeRttNanos() {
        return serverRttNanos < 0 || clientRttNanos < 0 ? -1 : serverRttNanos + clientRttNanos;
    }
}
