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
    TPACKET_V3("tpacket_v3");

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
