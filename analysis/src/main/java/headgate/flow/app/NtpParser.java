package headgate.flow.app;

import headgate.packet.IpProtocol;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;

/// Network Time Protocol, RFC 5905, section 7.3.
///
/// ```
///  0   2     5     8               16              24              32
/// +---+-----+-----+---------------+---------------+---------------+
/// |LI | VN  |Mode |    Stratum    |     Poll      |   Precision   |
/// +---+-----+-----+---------------+---------------+---------------+
/// ```
final class NtpParser implements ApplicationParser {
    private static final int HEADER_LENGTH = 48;
    private static final int CONTROL_HEADER_LENGTH = 12;

    /// Modes 6 and 7 (control, private) have other fields after the first byte.
    private static final int CONTROL_MODE = 6;

    private static final int VERSIONS = 4;

    @Override
    public Application application() {
        return Application.NTP;
    }

    @Override
    public int protocol() {
        return IpProtocol.UDP;
    }

    @Override
    public boolean recognises(MemorySegment bytes, long offset, long limit) {
        return false;
    }

    @Override
    public Outcome parse(MemorySegment bytes, long offset, long limit, FieldSink fields) {
        if (limit - offset < CONTROL_HEADER_LENGTH) {
            return Outcome.NOT_MINE;
        }
        int first = NetworkOrder.u8(bytes, offset);
        int version = first >>> 3 & 7;
        int mode = first & 7;
        boolean control = mode >= CONTROL_MODE;
        if (version == 0 || version > VERSIONS || !control && limit - offset < HEADER_LENGTH) {
            return Outcome.NOT_MINE;
        }
        fields.add("ntp.flags.vn", version);
        fields.add("ntp.flags.mode", mode);
        if (!control) {
            fields.add("ntp.stratum", NetworkOrder.u8(bytes, offset + 1));
            fields.add("ntp.ppoll", NetworkOrder.u8(bytes, offset + 2));
        }
        return Outcome.DONE;
    }
}
