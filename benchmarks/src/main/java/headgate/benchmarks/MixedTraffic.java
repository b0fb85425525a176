package headgate.benchmarks;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/// Frames as a busy link carries them, one after the other in native memory: 10 % with a VLAN tag,
/// 20 % IPv6, 70 % TCP (nearly all with timestamps, one in twenty a SYN with its full options), the
/// rest UDP, ICMP and ARP; 64, 570 and 1500 bytes long in the proportion 7 : 4 : 1 of the Internet
/// mix.
final class MixedTraffic {
    private static final int[] LENGTHS = {64, 64, 64, 64, 64, 64, 64, 570, 570, 570, 570, 1500};

    final MemorySegment bytes;
    final int[] starts;
    final int[] lengths;

    MixedTraffic(int frames, long seed) {
        var random = new SplittableRandom(seed);
        var all = new ByteArrayOutputStream();
        starts = new int[frames];
        lengths = new int[frames];
        for (int i = 0; i < frames; i++) {
            byte[] frame = frame(random);
            starts[i] = all.size();
            lengths[i] = frame.length;
            all.writeBytes(frame);
        }
        bytes = Arena.ofAuto().allocate(all.size());
        MemorySegment.copy(MemorySegment.ofArray(all.toByteArray()), 0, bytes, 0, all.size());
    }

    private static byte[] frame(SplittableRandom random) {
        int kind = random.nextInt(100);
        boolean isIpv6 = random.nextInt(5) == 0;
        var frame = ByteBuffer.allocate(1514);
        frame.putShort((short) 0x0200).putInt(random.nextInt());
        frame.putShort((short) 0x0200).putInt(random.nextInt());
        if (random.nextInt(10) == 0) {
            frame.putShort((short) 0x8100).putShort((short) random.nextInt(1, 4095));
        }
        if (kind >= 98) {
            arp(frame, random);
            return finished(frame, 60);
        }
        frame.putShort((short) (isIpv6 ? 0x86dd : 0x0800));
        int network = frame.position();
        byte[] transport = transport(random, kind, isIpv6);
        int wanted = LENGTHS[random.nextInt(LENGTHS.length)] - 14 - (isIpv6 ? 40 : 20);
        int payload = Math.max(transport.length, wanted);
        if (isIpv6) {
            ipv6(frame, random, protocol(kind, true), payload);
        } else {
            ipv4(frame, random, protocol(kind, false), payload);
        }
        frame.put(transport);
        frame.position(Math.min(frame.capacity(), network + (isIpv6 ? 40 : 20) + payload));
        return finished(frame, 60);
    }

    private static int protocol(int kind, boolean isIpv6) {
        if (kind < 70) {
            return 6;
        }
        if (kind < 94) {
            return 17;
        }
        return isIpv6 ? 58 : 1;
    }

    private static byte[] transport(SplittableRandom random, int kind, boolean isIpv6) {
        if (kind < 4) {
            return syn(random);
        }
        if (kind < 66) {
            return tcp(random, 0x8018, 32).putInt(0x0101080a).putLong(random.nextLong()).array();
        }
        if (kind < 70) {
            return tcp(random, 0x5010, 20).array();
        }
        if (kind < 94) {
            var udp = ByteBuffer.allocate(8).putInt(random.nextInt());
            return udp.putShort((short) 8).putShort((short) random.nextInt()).array();
        }
        var icmp = ByteBuffer.allocate(8).put((byte) (isIpv6 ? 128 : 8)).put((byte) 0);
        return icmp.putShort((short) random.nextInt()).putInt(random.nextInt()).array();
    }

    private static byte[] syn(SplittableRandom random) {
        var syn = tcp(random, 0xa002, 40);
        syn.putInt(0x020405b4).putShort((short) 0x0402).putShort((short) 0x080a);
        return syn.putLong(random.nextLong()).put((byte) 1).put(new byte[] {3, 3, 7}).array();
    }

    private static ByteBuffer tcp(SplittableRandom random, int offsetAndFlags, int headerLength) {
        var tcp = ByteBuffer.allocate(headerLength);
        tcp.putInt(random.nextInt()).putInt(random.nextInt()).putInt(random.nextInt());
        tcp.putShort((short) offsetAndFlags).putShort((short) random.nextInt());
        return tcp.putShort((short) random.nextInt()).putShort((short) 0);
    }

    private static void ipv4(ByteBuffer frame, SplittableRandom random, int protocol, int payload) {
        frame.putShort((short) 0x4500).putShort((short) (20 + payload));
        frame.putShort((short) random.nextInt()).putShort((short) 0x4000);
        frame.put((byte) 64).put((byte) protocol).putShort((short) random.nextInt());
        frame.putInt(random.nextInt()).putInt(random.nextInt());
    }

    private static void ipv6(ByteBuffer frame, SplittableRandom random, int protocol, int payload) {
        frame.putInt(0x60000000 | random.nextInt(1 << 20)).putShort((short) payload);
        frame.put((byte) protocol).put((byte) 64);
        frame.putLong(random.nextLong()).putLong(random.nextLong());
        frame.putLong(random.nextLong()).putLong(random.nextLong());
    }

    private static void arp(ByteBuffer frame, SplittableRandom random) {
        frame.putShort((short) 0x0806).putLong(0x0001080006040001L);
        frame.putShort((short) 0x0200).putInt(random.nextInt()).putInt(random.nextInt());
        frame.putShort((short) 0).putInt(0).putInt(random.nextInt());
    }

    private static byte[] finished(ByteBuffer frame, int minimum) {
        var bytes = new byte[Math.max(minimum, frame.position())];
        System.arraycopy(frame.array(), 0, bytes, 0, frame.position());
        return bytes;
    }
}
