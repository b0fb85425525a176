package headgate.packet;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// Community ID version 1: one name for a flow that Zeek, Suricata, Wireshark and others agree on.
/// Source: the Community ID Flow Hashing specification (Corelight), version 1.
///
/// `1:` and the Base64 of SHA-1 over seed (16 bits), the smaller endpoint's address, the larger
/// one's, protocol (8), zero (8) and the two ports (16 each); all most significant byte first.
public final class CommunityId {
    private static final int MAX_INPUT_LENGTH = 2 + 16 + 16 + 2 + 4;

    private CommunityId() {}

    /// That of a decoded frame with seed 0; null if it carries no IP packet.
    public static String of(Frame frame) {
        FlowKey key = FlowKey.of(frame);
        return key == null ? null : of(key, 0);
    }

    /// With seed 0, as most tools use it.
    public static String of(FlowKey key) {
        return of(key, 0);
    }

    /// @param seed 0 to 65535; keeps the names of separate networks apart
    public static String of(FlowKey key, int seed) {
        boolean isIcmp = key.protocol() == IpProtocol.ICMP;
        boolean isIcmpv6 = key.protocol() == IpProtocol.ICMPV6;
        int sourcePort = key.sourcePort();
        int destinationPort = key.destinationPort();
        boolean isOneWay = false;
        if ((isIcmp || isIcmpv6) && key.hasPorts()) {
            int counterpart = isIcmp ? icmpCounterpart(sourcePort) : icmpv6Counterpart(sourcePort);
            isOneWay = counterpart < 0;
            destinationPort = isOneWay ? destinationPort : counterpart;
        }
        boolean inOrder = isOneWay || compare(key, sourcePort, destinationPort) <= 0;
        var input = ByteBuffer.allocate(MAX_INPUT_LENGTH).putShort((short) seed);
        putAddress(input, key, inOrder);
        putAddress(input, key, !inOrder);
        input.put((byte) key.protocol()).put((byte) 0);
        if (hasPorts(key)) {
            input.putShort((short) (inOrder ? sourcePort : destinationPort));
            input.putShort((short) (inOrder ? destinationPort : sourcePort));
        }
        return "1:" + Base64.getEncoder().encodeToString(sha1(input.flip()));
    }

    private static boolean hasPorts(FlowKey key) {
        return key.hasPorts()
                && switch (key.protocol()) {
                    case IpProtocol.ICMP,
                            IpProtocol.TCP,
                            IpProtocol.UDP,
                            IpProtocol.ICMPV6,
                            IpProtocol.SCTP ->
                            true;
                    default -> false;
                };
    }

    private static int compare(FlowKey key, int sourcePort, int destinationPort) {
        int byHigh = Long.compareUnsigned(key.sourceHigh(), key.destinationHigh());
        if (byHigh != 0) {
            return byHigh;
        }
        int byLow = Long.compareUnsigned(key.sourceLow(), key.destinationLow());
        return byLow != 0 ? byLow : Integer.compare(sourcePort, destinationPort);
    }

    private static void putAddress(ByteBuffer input, FlowKey key, boolean source) {
        long high = source ? key.sourceHigh() : key.destinationHigh();
        long low = source ? key.sourceLow() : key.destinationLow();
        if (key.ipVersion() == 4) {
            input.putInt((int) low);
        } else {
            input.putLong(high).putLong(low);
        }
    }

    /// The type that answers this one; -1 if it has none and its flow goes one way.
    private static int icmpCounterpart(int type) {
        return switch (type) {
            case 0 -> 8; // echo reply, echo
            case 8 -> 0;
            case 9 -> 10; // router advertisement, solicitation
            case 10 -> 9;
            case 13 -> 14; // timestamp
            case 14 -> 13;
            case 15 -> 16; // information
            case 16 -> 15;
            case 17 -> 18; // address mask
            case 18 -> 17;
            default -> -1;
        };
    }

    private static int icmpv6Counterpart(int type) {
        return switch (type) {
            case 128 -> 129; // echo
            case 129 -> 128;
            case 130 -> 131; // multicast listener query, report
            case 131 -> 130;
            case 133 -> 134; // router solicitation, advertisement
            case 134 -> 133;
            case 135 -> 136; // neighbour solicitation, advertisement
            case 136 -> 135;
            case 139 -> 140; // node information
            case 140 -> 139;
            case 144 -> 145; // home agent address discovery
            case 145 -> 144;
            default -> -1;
        };
    }

    private static byte[] sha1(ByteBuffer input) {
        try {
            var digest = MessageDigest.getInstance("SHA-1");
            digest.update(input);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
