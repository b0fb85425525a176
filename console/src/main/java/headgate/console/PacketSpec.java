package headgate.console;

import headgate.forwarding.HostSnapshot;
import headgate.forwarding.NetDevice;
import headgate.packet.Checksum;
import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.IpAddress;
import headgate.packet.LinkType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// A packet in words: `in eth0 10.0.0.9:4242 > 1.1.1.1:53 udp ttl 64 tos 0x10 len 1400 df`.
///
/// @param device by which it comes in
/// @param source and `destination`: IPv4 addresses
/// @param lengthBytes of the IP packet
record PacketSpec(
        String device,
        int source,
        int sourcePort,
        int destination,
        int destinationPort,
        int protocol,
        int timeToLive,
        int tos,
        int lengthBytes,
        boolean dontFragment) {

    static final String SYNTAX =
            "in DEVICE ADDRESS[:PORT] > ADDRESS[:PORT] udp|tcp|icmp|NUMBER [ttl N] [tos N] [len N]"
                    + " [df]";

    private static final int ETHERNET_HEADER = 14;
    private static final int IPV4_HEADER = 20;
    private static final int UDP = 17;
    private static final int TCP = 6;
    private static final int ICMP = 1;
    private static final int ECHO = 8;

    /// @throws IllegalArgumentException that says what is wrong and what is right
    static PacketSpec parse(String text) {
        Deque<String> words = new ArrayDeque<>(List.of(text.strip().split("\\s+")));
        try {
            return parse(words);
        } catch (java.util.NoSuchElementException e) {
            throw new IllegalArgumentException("'" + text + "' ends early; the form is: " + SYNTAX);
        }
    }

    private static PacketSpec parse(Deque<String> words) {
        expect(words, "in");
        String device = words.removeFirst();
        String from = words.removeFirst();
        expect(words, ">");
        String to = words.removeFirst();
        int protocol = protocol(words.removeFirst());
        int timeToLive = 64;
        int tos = 0;
        int length = IPV4_HEADER + transportHeader(protocol);
        boolean dontFragment = false;
        while (!words.isEmpty()) {
            String word = words.removeFirst();
            switch (word) {
                case "ttl" -> timeToLive = number(word, words.removeFirst(), 0, 255);
                case "tos" -> tos = number(word, words.removeFirst(), 0, 255);
                case "len" -> length = number(word, words.removeFirst(), length, 65535);
                case "df" -> dontFragment = true;
                default ->
                        throw new IllegalArgumentException(
                                "'" + word + "' is not known; the form is: " + SYNTAX);
            }
        }
        return new PacketSpec(
                device,
                address(from),
                port(from),
                address(to),
                port(to),
                protocol,
                timeToLive,
                tos,
                length,
                dontFragment);
    }

    private static void expect(Deque<String> words, String wanted) {
        String word = words.removeFirst();
        if (!word.equals(wanted)) {
            throw new IllegalArgumentException(
                    "'%s' stands where '%s' is expected; the form is: %s"
                            .formatted(word, wanted, SYNTAX));
        }
    }

    private static int address(String endpoint) {
        String text = endpoint.replaceFirst(":[0-9]+$", "");
        IpAddress address = IpAddress.parse(text);
        if (address.version() != 4) {
            throw new IllegalArgumentException("'" + text + "': only IPv4 is modelled");
        }
        return (int) address.low();
    }

    private static int port(String endpoint) {
        int colon = endpoint.indexOf(':');
        return colon < 0 ? 0 : number("port", endpoint.substring(colon + 1), 0, 65535);
    }

    private static int protocol(String name) {
        return switch (name) {
            case "udp" -> UDP;
            case "tcp" -> TCP;
            case "icmp" -> ICMP;
            default -> number("protocol", name, 0, 255);
        };
    }

    private static int transportHeader(int protocol) {
        return switch (protocol) {
            case UDP, ICMP -> 8;
            case TCP -> 20;
            default -> 0;
        };
    }

    private static int number(String what, String text, int least, int most) {
        try {
            int value = Integer.decode(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Falls through, as numbers out of range do.
        }
        throw new IllegalArgumentException(
                "%s '%s' is not a number from %d to %d".formatted(what, text, least, most));
    }

    /// The packet as a frame that `device` of the snapshot receives.
    Frame frame(HostSnapshot host) {
        NetDevice receiver = host.device(device);
        boolean ethernet = receiver != null && receiver.mac() >= 0 && !receiver.isLoopback();
        int start = ethernet ? ETHERNET_HEADER : 0;
        ByteBuffer bytes = ByteBuffer.allocate(start + lengthBytes);
        if (ethernet) {
            bytes.putShort((short) (receiver.mac() >>> 32)).putInt((int) receiver.mac());
            bytes.putShort((short) 0x0200).putInt(0).putShort((short) 0x0800);
        }
        bytes.putShort((short) (0x4500 | tos)).putShort((short) lengthBytes).putShort((short) 0);
        bytes.putShort((short) (dontFragment ? 0x4000 : 0));
        bytes.put((byte) timeToLive).put((byte) protocol).putShort((short) 0);
        bytes.putInt(source).putInt(destination);
        MemorySegment segment = MemorySegment.ofArray(bytes.array());
        bytes.putShort(start + 10, (short) Checksum.of(segment, start, IPV4_HEADER));
        putTransport(bytes);
        var frame = new Frame();
        frame.bytes = segment;
        frame.lengthCaptured = frame.lengthOnWire = bytes.capacity();
        frame.linkType = ethernet ? LinkType.ETHERNET : LinkType.RAW;
        new FrameDecoder().decode(frame);
        return frame;
    }

    private void putTransport(ByteBuffer bytes) {
        switch (protocol) {
            case UDP -> {
                bytes.putShort((short) sourcePort).putShort((short) destinationPort);
                bytes.putShort((short) (lengthBytes - IPV4_HEADER));
            }
            case TCP -> {
                bytes.putShort((short) sourcePort).putShort((short) destinationPort);
                bytes.putLong(0).putShort((short) 0x5002).putShort((short) 65535);
            }
            case ICMP -> bytes.put((byte) ECHO);
            default -> {}
        }
    }
}
