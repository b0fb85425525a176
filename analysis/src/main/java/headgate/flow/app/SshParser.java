package headgate.flow.app;

import headgate.packet.IpProtocol;
import headgate.packet.NetworkOrder;
import java.lang.foreign.MemorySegment;

/// Secure Shell: who speaks, and what it can speak, before encryption begins.
///
/// ```
/// identification, RFC 4253 section 4.2:  SSH-protoversion-softwareversion SP comments CR LF
/// packet, section 6:  packet_length 32 · padding_length 8 · message number 8 · … · padding
/// ```
final class SshParser implements ConversationalParser {
    private static final int PREFIX = 'S' << 24 | 'S' << 16 | 'H' << 8 | '-';

    /// With CR and LF.
    private static final int MAX_IDENTIFICATION_LENGTH = 255;

    /// Every implementation must take packets of this size, section 6.1; no KEXINIT is larger.
    private static final int MAX_PACKET_LENGTH = 35_000;

    private static final int PACKET_HEADER_LENGTH = 6;
    private static final int LINE_FEED = '\n';

    @Override
    public Application application() {
        return Application.SSH;
    }

    @Override
    public int protocol() {
        return IpProtocol.TCP;
    }

    @Override
    public boolean recognises(MemorySegment bytes, long offset, long limit) {
        return isIdentification(bytes, offset, limit);
    }

    @Override
    public Outcome parse(
            MemorySegment bytes,
            long offset,
            long limit,
            Conversation conversation,
            FieldSink fields) {
        if (!isIdentification(bytes, offset, limit)) {
            return isKexInit(bytes, offset, limit)
                    ? packet(bytes, offset, limit, conversation, fields)
                    : Outcome.NOT_MINE;
        }
        long end = offset;
        long last = Math.min(limit, offset + MAX_IDENTIFICATION_LENGTH);
        while (end < last && NetworkOrder.u8(bytes, end) != LINE_FEED) {
            end++;
        }
        if (end == last) {
            return last == limit ? Outcome.NEED_MORE : Outcome.DONE;
        }
        var line = new WireReader(bytes, offset, end).rest();
        fields.add(
                "ssh.protocol", line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
        return packet(bytes, end + 1, limit, conversation, fields);
    }

    /// The first packet; version 1 of the protocol has other ones, which are not read.
    private static Outcome packet(
            MemorySegment bytes,
            long offset,
            long limit,
            Conversation conversation,
            FieldSink fields) {
        if (limit - offset < PACKET_HEADER_LENGTH) {
            return Outcome.NEED_MORE;
        }
        if (!isKexInit(bytes, offset, limit)) {
            return Outcome.DONE;
        }
        long end = offset + 4L + NetworkOrder.i32(bytes, offset);
        if (end > limit) {
            return Outcome.NEED_MORE;
        }
        var kexInit = SshKexInit.read(new WireReader(bytes, offset + PACKET_HEADER_LENGTH, end));
        if (kexInit == null) {
            return Outcome.DONE;
        }
        fields.add("ssh.message_code", SshKexInit.MESSAGE_NUMBER);
        if (conversation.fromClient) {
            fields.add("ssh.kex.hassh_algorithms", kexInit.hasshAlgorithms());
            fields.add("ssh.kex.hassh", kexInit.hassh());
        } else {
            fields.add("ssh.kex.hasshserver_algorithms", kexInit.hasshServerAlgorithms());
            fields.add("ssh.kex.hasshserver", kexInit.hasshServer());
        }
        return Outcome.DONE;
    }

    private static boolean isIdentification(MemorySegment bytes, long offset, long limit) {
        return limit - offset >= 4 && NetworkOrder.i32(bytes, offset) == PREFIX;
    }

    private static boolean isKexInit(MemorySegment bytes, long offset, long limit) {
        return limit - offset >= PACKET_HEADER_LENGTH
                && NetworkOrder.i32(bytes, offset) > 0
                && NetworkOrder.i32(bytes, offset) <= MAX_PACKET_LENGTH
                && NetworkOrder.u8(bytes, offset + 5) == SshKexInit.MESSAGE_NUMBER;
    }
}
