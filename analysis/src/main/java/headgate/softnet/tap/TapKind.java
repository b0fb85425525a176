package headgate.softnet.tap;

import java.util.Arrays;
import java.util.List;

/// The ways to capture that there are.
public enum TapKind {
    /// Nobody captures.
    OFF("off"),

    /// An AF_PACKET socket that is read by `recvfrom`, a packet a call; see [PacketSocket].
    RCVBUF("rcvbuf"),

    /// An AF_PACKET socket with a ring of frames; see [TpacketV2Ring].
    TPACKET_V2("tpacket_v2"),

    /// An AF_PACKET socket with a ring of blocks; see [TpacketV3Ring].
    TPACKET_V3("tpacket_v3"),

    /// PF_RING's ring of slots as it was before its zero-copy drivers; see [PfRing].
    PF_RING("pf_ring"),

    /// WinPcap 3.1 to 4.1: a buffer for each CPU; see [NpfCpuBuffer].
    WINPCAP("winpcap"),

    /// WinPcap 3.0 and before: one circular buffer; see [NpfBuffer].
    WINPCAP_OLD("winpcap-old"),

    /// BSD's packet filter: a buffer that is filled and one that is read; see [BpfBuffers].
    BPF("bpf");

    private final String word;

    TapKind(String word) {
        this.word = word;
    }

    /// What people write for it.
    public String word() {
        return word;
    }

    /// Of all kinds, in their order.
    public static List<String> words() {
        return Arrays.stream(values()).map(TapKind::word).toList();
    }
}
