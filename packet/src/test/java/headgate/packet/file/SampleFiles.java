package headgate.packet.file;

import headgate.packet.Hex;
import java.util.List;

/// Small capture files as annotated hex.
final class SampleFiles {
    /// Three frames of 4, 0 and 3 bytes.
    static final byte[] PCAP =
            Hex.bytes(
                    """
                    d4 c3 b2 a1  02 00  04 00   # magic: microseconds, little-endian; version 2.4
                    00 00 00 00  00 00 00 00    # reserved
                    00 00 04 00  01 00 00 00    # snaplen 262144, Ethernet
                    00 f1 53 65  40 e2 01 00    # 1700000000 s, 123456 us
                    04 00 00 00  3c 00 00 00    # 4 bytes of 60
                    a0 a1 a2 a3
                    00 f1 53 65  41 e2 01 00    # 1 us later
                    00 00 00 00  3c 00 00 00    # 0 bytes of 60
                    01 f1 53 65  00 00 00 00    # 1700000001 s
                    03 00 00 00  03 00 00 00    # 3 bytes of 3
                    b0 b1 b2
                    """);

    /// One frame of 2 bytes.
    static final byte[] PCAP_NANOSECONDS_BIG_ENDIAN =
            Hex.bytes(
                    """
                    a1 b2 3c 4d  00 02  00 04   # magic: nanoseconds, big-endian; version 2.4
                    00 00 00 00  00 00 00 00    # reserved
                    00 00 00 00  00 00 00 71    # snaplen 0, Linux cooked
                    65 53 f1 00  07 5b cd 15    # 1700000000 s, 123456789 ns
                    00 00 00 02  00 00 00 40    # 2 bytes of 64
                    a0 a1
                    """);

    /// Two frames of 2 bytes.
    static final byte[] PCAP_MODIFIED =
            Hex.bytes(
                    """
                    34 cd b2 a1  02 00  04 00   # magic of the modified format; version 2.4
                    00 00 00 00  00 00 00 00    # reserved
                    ff ff 00 00  01 00 00 00    # snaplen 65535, Ethernet
                    00 f1 53 65  01 00 00 00    # 1700000000 s, 1 us
                    02 00 00 00  02 00 00 00    # 2 bytes of 2
                    03 00 00 00  00 08  00 00   # interface 3, protocol 0x0800, packet type, padding
                    a0 a1
                    00 f1 53 65  02 00 00 00    # 1 us later
                    02 00 00 00  02 00 00 00    # 2 bytes of 2
                    03 00 00 00  00 08  04 00   # interface 3, protocol 0x0800, outgoing, padding
                    b0 b1
                    """);

    /// Two sections of both byte orders, three interfaces, and each kind of block.
    static final byte[] PCAPNG =
            Hex.bytes(
                    """
                    0a 0d 0d 0a  28 00 00 00    # section header block, 40 bytes
                    4d 3c 2b 1a  01 00  00 00   # little-endian, version 1.0
                    ff ff ff ff ff ff ff ff     # section length is not given
                    01 00  03 00  68 65 79 00   # comment "hey"
                    00 00  00 00                # end of options
                    28 00 00 00

                    01 00 00 00  2c 00 00 00    # interface description block, 44 bytes
                    01 00  00 00  00 00 00 00   # Ethernet, snaplen 0
                    02 00  04 00  65 74 68 30   # name "eth0"
                    09 00  01 00  09 00 00 00   # tsresol: nanoseconds
                    63 00  00 00                # an option of no meaning
                    00 00  00 00                # end of options
                    2c 00 00 00

                    01 00 00 00  14 00 00 00    # interface description block, 20 bytes
                    71 00  00 00  60 00 00 00   # Linux cooked, snaplen 96; no name, microseconds
                    14 00 00 00

                    06 00 00 00  2c 00 00 00    # enhanced packet block, 44 bytes
                    00 00 00 00                 # interface 0
                    fe 9c 97 17  15 cd 85 3d    # 1700000000123456789 ns, upper half first
                    04 00 00 00  3c 00 00 00    # 4 bytes of 60
                    a0 a1 a2 a3
                    02 00  04 00  01 00 00 00   # flags: inbound
                    2c 00 00 00                 # (options may end without saying so)

                    0b 00 00 00  10 00 00 00    # a block of another type, 16 bytes
                    de ad be ef
                    10 00 00 00

                    03 00 00 00  18 00 00 00    # simple packet block, 24 bytes
                    05 00 00 00                 # 5 bytes on the wire
                    b0 b1 b2 b3 b4 00 00 00     # all of them, padded
                    18 00 00 00

                    02 00 00 00  24 00 00 00    # obsolete packet block, 36 bytes
                    01 00  00 00                # interface 1, no drops
                    24 0a 06 00  01 40 1e 18    # 1700000000000001 us
                    02 00 00 00  02 00 00 00    # 2 bytes of 2
                    c0 c1 00 00
                    24 00 00 00

                    05 00 00 00  34 00 00 00    # interface statistics block, 52 bytes
                    00 00 00 00                 # interface 0
                    fe 9c 97 17  15 cd 85 3d    # time
                    05 00  08 00  07 00 00 00 00 00 00 00   # ifdrop 7
                    07 00  08 00  09 00 00 00 00 00 00 00   # osdrop 9
                    00 00  00 00
                    34 00 00 00

                    0a 0d 0d 0a  00 00 00 1c    # section header block, 28 bytes
                    1a 2b 3c 4d  00 01  00 00   # big-endian, version 1.0
                    ff ff ff ff ff ff ff ff
                    00 00 00 1c

                    00 00 00 01  00 00 00 2c    # interface description block, 44 bytes
                    00 65  00 00  00 00 00 40   # raw IP, snaplen 64
                    00 09  00 01  8a 00 00 00   # tsresol: 2^-10 seconds
                    00 0e  00 08  00 00 00 00 65 53 f1 00   # tsoffset 1700000000 s
                    00 00  00 00
                    00 00 00 2c

                    00 00 00 06  00 00 00 24    # enhanced packet block, 36 bytes
                    00 00 00 00                 # interface 0 of this section
                    00 00 00 00  00 00 06 00    # 1536 / 1024 s after the offset
                    00 00 00 01  00 00 00 01    # 1 byte of 1
                    d0 00 00 00
                    00 00 00 24
                    """);

    static final List<byte[]> ALL =
            List.of(PCAP, PCAP_NANOSECONDS_BIG_ENDIAN, PCAP_MODIFIED, PCAPNG);

    private SampleFiles() {}
}
