package headgate.console;

import headgate.packet.Checksum;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.IpAddress;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Packets for tests, built from the inside out: each method puts a header around what it is given.
final class PacketBytes {
    private PacketBytes() {}

    static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    /// UDP without a checksum.
    static byte[] udp(int sourcePort, int destinationPort, byte[] payload) {
        byte[] header =
                ByteBuffer.allocate(8)
                        .putShort((short) sourcePort)
                        .putShort((short) destinationPort)
                        .putShort((short) (8 + payload.length))
                        .putShort((short) 0)
                        .array();
        return join(header, payload);
    }

    /// A bare TCP segment; the checksum is that of [#ipv4Sum].
    static byte[] tcp(int sourcePort, int destinationPort, int sequence, int ack, int flags) {
        return ByteBuffer.allocate(20)
                .putShort((short) sourcePort)
                .putShort((short) destinationPort)
                .putInt(sequence)
                .putInt(ack)
                .put((byte) 0x50)
                .put((byte) flags)
                .putShort((short) 8192)
                .putInt(0)
                .array();
    }

    /// ICMP with its checksum.
    static byte[] icmp(int type, int code, int rest, byte[] payload) {
        byte[] header =
                ByteBuffer.allocate(8)
                        .put((byte) type)
                        .put((byte) code)
                        .putShort((short) 0)
                        .putInt(rest)
                        .array();
        byte[] all = join(header, payload);
        ByteBuffer.wrap(all)
                .putShort(2, (short) Checksum.of(MemorySegment.ofArray(all), 0, all.length));
        return all;
    }

    /// @param fragment flags and offset as they stand in the header
    static byte[] ipv4(
            String source, String destination, int protocol, int fragment, byte[] payload) {
        ByteBuffer header =
                ByteBuffer.allocate(20)
                        .putShort((short) 0x4500)
                        .putShort((short) (20 + payload.length))
                        .putShort((short) 7)
                        .putShort((short) fragment)
                        .put((byte) 64)
                        .put((byte) protocol)
                        .putShort((short) 0)
                        .putInt((int) IpAddress.parse(source).low())
                        .putInt((int) IpAddress.parse(destination).low());
        int sum = Checksum.of(MemorySegment.ofArray(header.array()), 0, 20);
        return join(header.putShort(10, (short) sum).array(), payload);
    }

    /// As the one above, with the transport checksum at `at` of the payload put in.
    static byte[] ipv4Sum(String source, String destination, int protocol, int at, byte[] payload) {
        long pseudo =
                sum(IpAddress.parse(source).low())
                        + sum(IpAddress.parse(destination).low())
                        + protocol
                        + payload.length;
        putSum(payload, at, pseudo);
        return ipv4(source, destination, protocol, 0, payload);
    }

    static byte[] ipv6(
            String source, String destination, int nextHeader, int flowLabel, byte[] payload) {
        IpAddress from = IpAddress.parse(source);
        IpAddress to = IpAddress.parse(destination);
        byte[] header =
                ByteBuffer.allocate(40)
                        .putInt(0x6000_0000 | flowLabel)
                        .putShort((short) payload.length)
                        .put((byte) nextHeader)
                        .put((byte) 64)
                        .putLong(from.high())
                        .putLong(from.low())
                        .putLong(to.high())
                        .putLong(to.low())
                        .array();
        return join(header, payload);
    }

    /// As the one above, with the transport checksum at `at` of the payload put in.
    static byte[] ipv6Sum(
            String source, String destination, int nextHeader, int at, byte[] payload) {
        IpAddress from = IpAddress.parse(source);
        IpAddress to = IpAddress.parse(destination);
        long pseudo =
                sum(from.high())
                        + sum(from.low())
                        + sum(to.high())
                        + sum(to.low())
                        + nextHeader
                        + payload.length;
        putSum(payload, at, pseudo);
        return ipv6(source, destination, nextHeader, 0, payload);
    }

    private static long sum(long words) {
        return (words >>> 48)
                + (words >>> 32 & 0xffff)
                + (words >>> 16 & 0xffff)
                + (words & 0xffff);
    }

    private static void putSum(byte[] payload, int at, long pseudo) {
        ByteBuffer.wrap(payload).putShort(at, (short) 0);
        long sum = pseudo + Checksum.sum(MemorySegment.ofArray(payload), 0, payload.length);
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        ByteBuffer.wrap(payload).putShort(at, (short) ~sum);
    }

    /// GRE of version 0.
    ///
    /// @param key 0 for none
    static byte[] gre(int etherType, int key, byte[] payload) {
        ByteBuffer header =
                ByteBuffer.allocate(key == 0 ? 4 : 8)
                        .putShort((short) (key == 0 ? 0 : 0x2000))
                        .putShort((short) etherType);
        if (key != 0) {
            header.putInt(key);
        }
        return join(header.array(), payload);
    }

    /// A fragment of a packet with IPv6 header alone.
    ///
    /// @param field offset and flags as they stand in the header
    static byte[] ipv6Fragment(
            String source, String destination, int nextHeader, int field, int id, byte[] part) {
        byte[] header =
                ByteBuffer.allocate(8)
                        .put((byte) nextHeader)
                        .put((byte) 0)
                        .putShort((short) field)
                        .putInt(id)
                        .array();
        return ipv6(source, destination, 44, 0, join(header, part));
    }

    static byte[] ethernet(int etherType, byte[] payload) {
        return ethernet(0, etherType, payload);
    }

    /// @param device number of the device of the small router, by which the MAC ends
    private static byte[] ethernet(int device, int etherType, byte[] payload) {
        byte[] header =
                ByteBuffer.allocate(14)
                        .putShort((short) 0x02aa)
                        .putInt(device)
                        .putShort((short) 0x02bb)
                        .putInt(9)
                        .putShort((short) etherType)
                        .array();
        return join(header, payload);
    }

    /// To eth0 of the small router.
    static Frame frame(byte[] packet) {
        return frame(0, packet);
    }

    /// To the device of that number of the small router.
    static Frame frame(int device, byte[] packet) {
        byte[] bytes = ethernet(device, packet[0] >>> 4 == 4 ? 0x0800 : 0x86dd, packet);
        var frame = new Frame();
        frame.bytes = MemorySegment.ofArray(bytes);
        frame.lengthCaptured = frame.lengthOnWire = bytes.length;
        new FrameDecoder().decode(frame);
        return frame;
    }
}
