package headgate.softnet.tap;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// What a capture socket counted since it was opened.
///
/// @param accepted packets that found room
/// @param dropped packets that did not
/// @param freezes times that TPACKET_V3 found no free block (`tp_freeze_q_cnt`); 0 for others
/// @param blocks blocks of TPACKET_V3 that were handed to the reader; 0 for others
/// @param blocksByTimer those closed by the retire timer
/// @param rmemAlloc bytes that the socket is charged with now (`sk_rmem_alloc`); 0 with a ring
public record TapStat(
        TapKind kind,
        long accepted,
        long dropped,
        long freezes,
        long blocks,
        long blocksByTimer,
        long rmemAlloc) {

    /// Of a host where nobody captures.
    public static final TapStat OFF = new TapStat(TapKind.OFF, 0, 0, 0, 0, 0, 0);

    /// What AF_PACKET's `PACKET_STATISTICS` and libpcap's `ps_recv` say: the drops are in it.
    public long tpPackets() {
        return accepted + dropped;
    }

    /// What the capturing program reads, under the names of what it asks: `PACKET_STATISTICS` of
    /// AF_PACKET, `pcap_stats` with all others. `ps_recv` has the drops in it, but for PF_RING,
    /// where it is what the program has read.
    public Map<String, Long> counters() {
        var counters = new LinkedHashMap<String, Long>();
        switch (kind) {
            case OFF -> {}
            case RCVBUF, TPACKET_V2, TPACKET_V3 -> {
                counters.put("tp_packets", tpPackets());
                counters.put("tp_drops", dropped);
                if (kind == TapKind.TPACKET_V3) {
                    counters.put("tp_freeze_q_cnt", freezes);
                }
            }
            case PF_RING -> {
                counters.put("ps_recv", accepted);
                counters.put("ps_drop", dropped);
            }
            case WINPCAP, WINPCAP_OLD, BPF -> {
                counters.put("ps_recv", accepted + dropped);
                counters.put("ps_drop", dropped);
            }
        }
        return counters;
    }

    /// The counters, or `off`.
    @Override
    public String toString() {
        return kind == TapKind.OFF
                ? kind.word()
                : counters().entrySet().stream()
                        .map(counter -> counter.getKey() + " " + counter.getValue())
                        .collect(Collectors.joining(" "));
    }
}
