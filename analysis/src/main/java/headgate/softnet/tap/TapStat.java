package headgate.softnet.tap;

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

    /// As the socket's own interface names it.
    @Override
    public String toString() {
        return switch (kind) {
            case OFF -> "off";
            case RCVBUF, TPACKET_V2 -> "tp_packets %d tp_drops %d".formatted(tpPackets(), dropped);
            case TPACKET_V3 ->
                    "tp_packets %d tp_drops %d tp_freeze_q_cnt %d"
                            .formatted(tpPackets(), dropped, freezes);
            case PF_RING -> "tot_insert %d tot_lost %d".formatted(accepted, dropped);
            case WINPCAP, WINPCAP_OLD, BPF ->
                    "bs_recv %d bs_drop %d".formatted(accepted + dropped, dropped);
        };
    }
}
