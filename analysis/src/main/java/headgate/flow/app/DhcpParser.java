package headgate.flow.app;

import headgate.packet.IpAddress;
import headgate.packet.IpProtocol;
import headgate.packet.MacAddress;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;

/// DHCP for IPv4, RFC 2131, section 2, with the options of RFC 2132.
///
/// ```
///   0 op     1 htype  2 hlen   3 hops    4 xid      8 secs    10 flags
///  12 ciaddr         16 yiaddr          20 siaddr  24 giaddr
///  28 chaddr (16)    44 sname (64)     108 file (128)
/// 236 99.130.83.99  240 options: code, length, data …
/// ```
final class DhcpParser implements ApplicationParser {
    private static final int FIXED_LENGTH = 236;
    private static final int OPTIONS = FIXED_LENGTH + 4;
    private static final int MAGIC_COOKIE = 0x63825363;
    private static final int ETHERNET = 1;

    // Options.
    private static final int PAD = 0;
    private static final int HOST_NAME = 12;
    private static final int REQUESTED_ADDRESS = 50;
    private static final int MESSAGE_TYPE = 53;
    private static final int SERVER_IDENTIFIER = 54;
    private static final int VENDOR_CLASS = 60;
    private static final int CLIENT_IDENTIFIER = 61;
    private static final int END = 255;

    @Override
    public Application application() {
        return Application.DHCP;
    }

    @Override
    public int protocol() {
        return IpProtocol.UDP;
    }

    /// By the cookie before the options.
    @Override
    public boolean recognises(MemorySegment bytes, long offset, long limit) {
        return isBootp(bytes, offset, limit)
                && limit - offset >= OPTIONS
                && NetworkOrder.i32(bytes, offset + FIXED_LENGTH) == MAGIC_COOKIE;
    }

    private static boolean isBootp(MemorySegment bytes, long offset, long limit) {
        if (limit - offset < FIXED_LENGTH) {
            return false;
        }
        int operation = NetworkOrder.u8(bytes, offset);
        return operation == 1 || operation == 2;
    }

    @Override
    public Outcome parse(MemorySegment bytes, long offset, long limit, FieldSink fields) {
        if (!isBootp(bytes, offset, limit)) {
            return Outcome.NOT_MINE;
        }
        fields.add("dhcp.type", NetworkOrder.u8(bytes, offset));
        fields.add("dhcp.id", Integer.toUnsignedLong(NetworkOrder.i32(bytes, offset + 4)));
        fields.add("dhcp.ip.client", address(bytes, offset + 12));
        fields.add("dhcp.ip.your", address(bytes, offset + 16));
        if (NetworkOrder.u8(bytes, offset + 1) == ETHERNET
                && NetworkOrder.u8(bytes, offset + 2) == 6) {
            fields.add("dhcp.hw.mac_addr", mac(bytes, offset + 28));
        }
        if (recognises(bytes, offset, limit)) {
            readOptions(bytes, offset + OPTIONS, limit, fields);
        }
        return Outcome.DONE;
    }

    private static void readOptions(MemorySegment bytes, long from, long limit, FieldSink fields) {
        for (long at = from; at < limit; ) {
            int code = NetworkOrder.u8(bytes, at++);
            if (code == PAD) {
                continue;
            }
            if (code == END || at == limit) {
                return;
            }
            int length = NetworkOrder.u8(bytes, at++);
            if (limit - at < length) {
                return;
            }
            readOption(code, bytes, at, at + length, fields);
            at += length;
        }
    }

    private static void readOption(
            int code, MemorySegment bytes, long from, long to, FieldSink fields) {
        long length = to - from;
        switch (code) {
            case HOST_NAME -> addText("dhcp.option.hostname", bytes, from, to, fields);
            case VENDOR_CLASS -> addText("dhcp.option.vendor_class_id", bytes, from, to, fields);
            case REQUESTED_ADDRESS ->
                    addAddress("dhcp.option.requested_ip_address", bytes, from, to, fields);
            case SERVER_IDENTIFIER ->
                    addAddress("dhcp.option.dhcp_server_id", bytes, from, to, fields);
            case MESSAGE_TYPE -> {
                if (length == 1) {
                    fields.add("dhcp.option.dhcp", NetworkOrder.u8(bytes, from));
                }
            }
            case CLIENT_IDENTIFIER -> {
                if (length == 7 && NetworkOrder.u8(bytes, from) == ETHERNET) {
                    fields.add("dhcp.hw.mac_addr", mac(bytes, from + 1));
                }
            }
            default -> {}
        }
    }

    private static void addText(
            String field, MemorySegment bytes, long from, long to, FieldSink fields) {
        long end = to;
        while (end > from && NetworkOrder.u8(bytes, end - 1) == 0) {
            end--;
        }
        fields.add(field, FieldText.of(bytes, from, end));
    }

    private static void addAddress(
            String field, MemorySegment bytes, long from, long to, FieldSink fields) {
        if (to - from == 4) {
            fields.add(field, address(bytes, from));
        }
    }

    private static String address(MemorySegment bytes, long at) {
        return IpAddress.formatV4(NetworkOrder.i32(bytes, at));
    }

    private static String mac(MemorySegment bytes, long at) {
        return MacAddress.format(NetworkOrder.u48(bytes, at));
    }
}
