package headgate.console;

/// Numbers of link types as tshark's `frame.encap_type` has them (Wireshark's `WTAP_ENCAP_…`).
final class EncapsulationType {
    static final int UNKNOWN = -1;
    static final int RAW_IP = 7;

    private EncapsulationType() {}

    /// @param linkType as in capture files, see [headgate.packet.LinkType]
    static int of(int linkType) {
        return switch (linkType) {
            case 0, 108 -> 15; // NULL, LOOP
            case 1 -> 1; // ETHERNET
            case 6 -> 2; // TOKEN RING
            case 7 -> 8; // ARCNET
            case 8 -> 3; // SLIP
            case 9 -> 4; // PPP
            case 10 -> 6; // FDDI
            case 12, 14, 101 -> RAW_IP;
            case 100 -> 10; // ATM, RFC 1483
            case 104 -> 28; // CISCO HDLC
            case 105 -> 20; // IEEE 802.11
            case 106 -> 11; // LINUX ATM CLIP
            case 107 -> 26; // FRAME RELAY
            case 113 -> 25; // LINUX SLL
            case 123 -> 13; // SUNATM
            case 127 -> 23; // IEEE 802.11 RADIOTAP
            case 129 -> 9; // ARCNET LINUX
            case 228 -> 129; // IPV4
            case 229 -> 130; // IPV6
            case 239 -> 141; // NFLOG
            case 276 -> 210; // LINUX SLL2
            default -> UNKNOWN;
        };
    }
}
