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
import java.util.NoSuchElementException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A packet in words: `in eth0 10.0.0.9:4242 > 1.1.1.1:53 udp ttl 64 tos 0x10 len 1400 df`, or of
/// IPv6: `in eth0 [2001:db8::9]:4242 > [2001:db8:1::1]:53 udp`.
///
/// @param device by which it comes in
/// @param source and `destination`: of one family
/// @param timeToLive or hop limit
/// @param tos or traffic class
/// @param lengthBytes of the IP packet
record PacketSpec(
        String device,
        IpAddress source,
        int sourcePort,
        IpAddress destination,
        int destinationPort,
        int protocol,
        int timeToLive,
        int tos,
        int lengthBytes,
        boolean dontFragment) {

    static final String SYNTAX =
            "in DEVICE ADDRESS[:PORT] > ADDRESS[:PORT] udp|tcp|icmp|NUMBER [ttl N] [tos N] [len N]"
                    + " [df]; IPv6: [ADDRESS]:PORT";

    private static final Pattern ENDPOINT =
            Pattern.compile(
                    "(?:\\[(?<bracketed>[^]]+)](?::(?<port6>[0-9]+))?)"
                            + "|(?<ipv4>[^:]+)(?::(?<port4>[0-9]+))?|(?<ipv6>.+)");

    private static final int ETHERNET_HEADER = 14;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int UDP = 17;
    private static final int TCP = 6;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;
    private static final int ECHO = 8;
    private static final int ECHO6 = 128;

    /// @throws IllegalArgumentException that says what is wrong and what is right
    static PacketSpec parse(String text) {
        Deque<String> words = new ArrayDeque<>(List.of(text.strip().split("\\s+")));
        try {
            return parse(words);
        } catch (NoSuchElementException e) {
            throw new IllegalArgumentException("'" + text + "' ends early; the form is: " + SYNTAX);
        }
    }

    private static PacketSpec parse(Deque<String> words) {
        expect(words, "in");
        String device = words.removeFirst();
        Matcher from = endpoint(words.removeFirst());
        expect(words, ">");
        Matcher to = endpoint(words.removeFirst());
        IpAddress source = address(from);
        IpAddress destination = address(to);
        if (source.version() != destination.version()) {
            throw new IllegalArgumentException(source + " > " + destination + ": of two families");
        }
        boolean ipv6 = source.version() == 6;
        int protocol = protocol(words.removeFirst(), ipv6);
        int timeToLive = 64;
        int tos = 0;
        int length = (ipv6 ? IPV6_HEADER : IPV4_HEADER) + transportHeader(protocol);
        int most = ipv6 ? IPV6_HEADER + 65535 : 65535;
        boolean dontFragment = false;
        while (!words.isEmpty()) {
            String word = words.removeFirst();
            switch (word) {
                case "ttl" -> timeToLive = number(word, words.removeFirst(), 0, 255);
                case "tos" -> tos = number(word, words.removeFirst(), 0, 255);
                case "len" -> length = number(word, words.removeFirst(), length, most);
                case "df" -> dontFragment = isForIpv4(word, ipv6);
                default ->
                        throw new IllegalArgumentException(
                                "'" + word + "' is not known; the form is: " + SYNTAX);
            }
        }
        return new PacketSpec(
                device,
                source,
                port(from),
                destination,
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

    private static boolean isForIpv4(String word, boolean ipv6) {
        if (ipv6) {
            throw new IllegalArgumentException("'" + word + "': no router fragments IPv6");
        }
        return true;
    }

    private static Matcher endpoint(String text) {
        Matcher endpoint = ENDPOINT.matcher(text);
        if (!endpoint.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no address; the form is: " + SYNTAX);
        }
        return endpoint;
    }

    private static IpAddress address(Matcher endpoint) {
        for (String form : List.of("bracketed", "ipv4", "ipv6")) {
            if (endpoint.group(form) != null) {
                return IpAddress.parse(endpoint.group(form));
            }
        }
        throw new IllegalStateException("an endpoint has one of the three forms");
    }

    private static int port(Matcher endpoint) {
        String port =
                endpoint.group("port4") != null ? endpoint.group("port4") : endpoint.group("port6");
        return port == null ? 0 : number("port", port, 0, 65535);
    }

    private static int protocol(String name, boolean ipv6) {
        return switch (name) {
            case "udp" -> UDP;
            case "tcp" -> TCP;
            case "icmp" -> ipv6 ? ICMPV6 : ICMP;
            default -> number("protocol", name, 0, 255);
        };
    }

    private static int transportHeader(int protocol) {
        return switch (protocol) {
            case UDP, ICMP, ICMPV6 -> 8;
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

    private boolean isIpv6() {
        return source.version() == 6;
    }

    /// The packet as a frame that `device` of the snapshot receives.
    Frame frame(HostSnapshot host) {
        NetDevice receiver = host.device(device);
        boolean ethernet = receiver != null && receiver.mac() >= 0 && !receiver.isLoopback();
        int start = ethernet ? ETHERNET_HEADER : 0;
        ByteBuffer bytes = ByteBuffer.allocate(start + lengthBytes);
        if (ethernet) {
            long mac = destinationMac(receiver);
            bytes.putShort((short) (mac >>> 32)).putInt((int) mac);
            bytes.putShort((short) 0x0200).putInt(0);
            bytes.putShort((short) (isIpv6() ? 0x86dd : 0x0800));
        }
        MemorySegment segment = MemorySegment.ofArray(bytes.array());
        if (isIpv6()) {
            putIpv6Header(bytes);
        } else {
            putIpv4Header(bytes);
            bytes.putShort(start + 10, (short) Checksum.of(segment, start, IPV4_HEADER));
        }
        putTransport(bytes, segment);
        var frame = new Frame();
        frame.bytes = segment;
        frame.lengthCaptured = frame.lengthOnWire = bytes.capacity();
        frame.linkType = ethernet ? LinkType.ETHERNET : LinkType.RAW;
        new FrameDecoder().decode(frame);
        return frame;
    }

    /// The receiver's, or what the group's address maps to (RFC 1112 section 6.4, RFC 2464 section
    /// 7).
    private long destinationMac(NetDevice receiver) {
        if (isIpv6()) {
            boolean group = destination.high() >>> 56 == 0xff;
            return group ? 0x3333_0000_0000L | destination.low() & 0xffff_ffffL : receiver.mac();
        }
        if (destination.low() == 0xffff_ffffL) {
            return 0xffff_ffff_ffffL;
        }
        boolean group = destination.low() >>> 28 == 0xe;
        return group ? 0x0100_5e00_0000L | destination.low() & 0x7f_ffff : receiver.mac();
    }

    private void putIpv4Header(ByteBuffer bytes) {
        bytes.putShort((short) (0x4500 | tos)).putShort((short) lengthBytes).putShort((short) 0);
        bytes.putShort((short) (dontFragment ? 0x4000 : 0));
        bytes.put((byte) timeToLive).put((byte) protocol).putShort((short) 0);
        bytes.putInt((int) source.low()).putInt((int) destination.low());
    }

    private void putIpv6Header(ByteBuffer bytes) {
        bytes.putInt(0x6000_0000 | tos << 20).putShort((short) (lengthBytes - IPV6_HEADER));
        bytes.put((byte) protocol).put((byte) timeToLive);
        bytes.putLong(source.high()).putLong(source.low());
        bytes.putLong(destination.high()).putLong(destination.low());
    }

    private void putTransport(ByteBuffer bytes, MemorySegment segment) {
        int at = bytes.position();
        int checksumAt = 0;
        switch (protocol) {
            case UDP -> {
                bytes.putShort((short) sourcePort).putShort((short) destinationPort);
                bytes.putShort((short) (bytes.capacity() - at));
                checksumAt = at + 6;
            }
            case TCP -> {
                bytes.putShort((short) sourcePort).putShort((short) destinationPort);
                bytes.putLong(0).putShort((short) 0x5002).putShort((short) 65535);
                checksumAt = at + 16;
            }
            case ICMP -> {
                bytes.put((byte) ECHO);
                checksumAt = at + 2;
            }
            case ICMPV6 -> {
                bytes.put((byte) ECHO6);
                checksumAt = at + 2;
            }
            default -> {
                return;
            }
        }
        int length = bytes.capacity() - at;
        int sum = Checksum.sum(segment, at, length) + (protocol == ICMP ? 0 : pseudoHeader(length));
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        // A sum of 0 would say that there is none (RFC 768).
        bytes.putShort(checksumAt, (short) (protocol == UDP && sum == 0xffff ? sum : ~sum));
    }

    /// RFC 9293 section 3.1, RFC 8200 section 8.1.
    private int pseudoHeader(int length) {
        var header = ByteBuffer.allocate(40);
        header.putLong(source.high()).putLong(source.low());
        header.putLong(destination.high()).putLong(destination.low());
        header.putInt(length).putInt(protocol);
        return Checksum.sum(MemorySegment.ofArray(header.array()), 0, header.capacity());
    }
}
