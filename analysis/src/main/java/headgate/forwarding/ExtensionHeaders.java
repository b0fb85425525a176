package headgate.forwarding;

import headgate.packet.IpProtocol;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;

/// The way through a chain of extension headers to the upper layer, without looking into them
/// (kernel: `ipv6_skip_exthdr`); reused.
final class ExtensionHeaders {
    static final int NO_NEXT_HEADER = 59;

    /// The upper layer's protocol; or the last header that could be read.
    int nextHeader;

    /// Where it starts.
    int offset;

    /// Offset and flags of the fragment header that was met, as they stand there; 0 if none was.
    /// The chain of a later fragment ends with it.
    int fragment;

    /// Whether the chain ends before the upper layer does start.
    boolean broken;

    /// @param at where the IPv6 header starts, of which 40 bytes are there
    /// @param end behind the last byte
    void walk(MemorySegment bytes, int at, int end) {
        walk(bytes, at + Ip6Header.LENGTH, end, NetworkOrder.u8(bytes, at + 6L));
    }

    /// @param start where the header of type `first` starts
    void walk(MemorySegment bytes, int start, int end, int first) {
        nextHeader = first;
        offset = start;
        fragment = 0;
        broken = false;
        while (isExtension(nextHeader)) {
            if (nextHeader == NO_NEXT_HEADER || end - offset < 2) {
                broken = true;
                return;
            }
            int length;
            if (nextHeader == IpProtocol.FRAGMENT) {
                if (end - offset < 8) {
                    broken = true;
                    return;
                }
                fragment = NetworkOrder.u16(bytes, offset + 2L);
                if ((fragment & ~7) != 0) {
                    return;
                }
                length = 8;
            } else {
                length = length(nextHeader, NetworkOrder.u8(bytes, offset + 1L));
            }
            nextHeader = NetworkOrder.u8(bytes, offset);
            offset += length;
        }
    }

    /// Bytes of an extension header other than the fragment header.
    ///
    /// @param units what its second byte says
    static int length(int protocol, int units) {
        return protocol == IpProtocol.AH ? (units + 2) * 4 : (units + 1) * 8;
    }

    /// Whether the chain may go on behind it.
    static boolean isExtension(int protocol) {
        return switch (protocol) {
            case IpProtocol.HOP_BY_HOP,
                    IpProtocol.ROUTING,
                    IpProtocol.FRAGMENT,
                    IpProtocol.AH,
                    NO_NEXT_HEADER,
                    IpProtocol.DESTINATION_OPTIONS ->
                    true;
            default -> false;
        };
    }
}
