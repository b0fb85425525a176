package headgate.flow;

/// What a [FlowTable] counted since it was made. Frames with an IP header are frames minus
/// framesWithoutIp; flowsStarted is the sum of the flows that ended and of flowsAlive, restored
/// ones not counted.
///
/// @param frames frames handed in
/// @param framesWithoutIp of these, frames without an IP header: in no flow
/// @param framesLate of these, frames older than one before them; counted all the same
/// @param fragmentsWithoutPorts later fragments whose first one was not seen: in the flow of ports
///   0
/// @param flowsStarted flows that began
/// @param flowsAlive flows in the table
/// @param interimRecords interim records that left
/// @param endedIdle flows that ended by [EndReason#IDLE_TIMEOUT]
/// @param endedClosed flows that ended by [EndReason#CLOSED]
/// @param endedPortReuse flows that ended by [EndReason#PORT_REUSE]
/// @param endedEvicted flows that ended by [EndReason#EVICTED]
/// @param endedInput flows that ended by [EndReason#END_OF_INPUT]
/// @param datagramsForgotten fragmented datagrams whose ports had to make room for another's
/// @param openingsWithoutRoom first messages that were not read to the end, or whose metadata was
///   not kept, for want of room ([FlowSettings#maxOpeningBytes])
/// @param openingsCut first messages with more metadata than is kept of one
/// @param flowsWithoutDetail flows of which no details were kept for want of room
///   ([FlowSettings#maxDetailedFlows])
/// @param tunnelsWithoutRoom flows whose tunnels were not kept: more than 2047 different chains
///   were alive
/// @param framesWithWrongChecksum frames that were not counted for a wrong checksum of IPv4, TCP,
///   UDP or ICMP ([FlowSettings#verifiesChecksums])
public record FlowTableStatistics(
        long frames,
        long framesWithoutIp,
        long framesLate,
        long fragmentsWithoutPorts,
        long flowsStarted,
        int flowsAlive,
        long interimRecords,
        long endedIdle,
        long endedClosed,
        long endedPortReuse,
        long endedEvicted,
        long endedInput,
        long datagramsForgotten,
        long openingsWithoutRoom,
        long openingsCut,
        long flowsWithoutDetail,
        long tunnelsWithoutRoom,
        long framesWithWrongChecksum) {}
