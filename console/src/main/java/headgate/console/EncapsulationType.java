package headgate.console;

/// Numbers of link types as tshark's `frame.encap_type` has them (Wireshark's `WTAP_ENCAP_…`).
final class EncapsulationType {
    static final int UNKNOWN = -1;

    /// LINKTYPE_USER0, and what tshark counts it as.
    private static final int FIRST_USER = 147;

    private static final int LAST_USER = 162;
    private static final int FIRST_USER_ENCAPSULATION = 45;
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
            case 9, 50 -> 4; // PPP
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
            case 137 -> 67; // JUNIPER ATM1
            case 140 -> 42; // MTP2
            case 165 -> 63; // BACNET MS/TP
            case 178 -> 83; // JUNIPER ETHERNET
            case 192 -> 97; // PPI
            case 195 -> 104; // IEEE 802.15.4
            case 226 -> 124; // IPNET
            case 228 -> 129; // IPV4
            case 229 -> 130; // IPV6
            case 231 -> 146; // D-BUS
            case 235 -> 132; // DVB-CI
            case 239 -> 141; // NFLOG
            case 242 -> 180; // IPOIB
            case 253 -> 158; // NETLINK
            case 255 -> 160; // BLUETOOTH BR/EDR
            case 258 -> 171; // PKTAP
            case 271 -> 185; // VSOCK
            case 276 -> 210; // LINUX SLL2
            // LINKTYPE_USER0 to USER15.
            default ->
                    linkType >= FIRST_USER && linkType <= LAST_USER
                            ? FIRST_USER_ENCAPSULATION + linkType - FIRST_USER
                            : UNKNOWN;
        };
    }

    /// tshark's name of the protocol that a link type is, where no header of it is read: it has
    /// none, or the frame is opaque here. Otherwise null.
    static String protocol(int linkType) {
        return switch (linkType) {
            case 12, 14, 101 -> "raw";
            case 106 -> "clip";
            case 123 -> "atm";
            case 137, 178 -> "juniper";
            case 140 -> "mtp2";
            case 165 -> "mstp";
            case 195, 230 -> "wpan";
            case 231 -> "dbus";
            case 235 -> "dvb-ci";
            case 253 -> "netlink";
            case 255 -> "bluetooth:btbredr_rf";
            case 271 -> "vsock";
            default -> linkType >= FIRST_USER && linkType <= LAST_USER ? "user_dlt" : null;
        };
    }
}
