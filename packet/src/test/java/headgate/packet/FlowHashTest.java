package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FlowHashTest {
    @Test
    void isTheSameForBothDirections() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < 1000; i++) {
            var frame = random(random);
            int there = FlowHash.symmetric(frame);
            swap(frame);
            assertEquals(there, FlowHash.symmetric(frame));
        }
    }

    @Test
    void tellsWhichPortIsOnWhichAddress() {
        var frame = random(new SplittableRandom(2));
        int straight = FlowHash.symmetric(frame);
        int port = frame.sourcePort;
        frame.sourcePort = frame.destinationPort;
        frame.destinationPort = port;
        assertNotEquals(straight, FlowHash.symmetric(frame));
    }

    @Test
    void isTheSameForAllFragmentsOfADatagram() {
        var first = random(new SplittableRandom(3));
        setFragment(first, true, 0);
        var last = random(new SplittableRandom(3));
        setFragment(last, false, 1480);
        last.sourcePort = last.destinationPort = -1;
        assertEquals(FlowHash.symmetric(first), FlowHash.symmetric(last));
    }

    @Test
    void putsFragmentsOfADatagramIntoTheLaneOfItsFlow() {
        var whole = random(new SplittableRandom(3));
        whole.protocol = IpProtocol.UDP;
        var fragment = random(new SplittableRandom(3));
        fragment.protocol = IpProtocol.UDP;
        setFragment(fragment, false, 1480);
        fragment.sourcePort = fragment.destinationPort = -1;
        assertNotEquals(FlowHash.symmetric(whole), FlowHash.symmetric(fragment));
        assertEquals(FlowHash.lane(whole), FlowHash.lane(fragment));
        swap(whole);
        assertEquals(FlowHash.lane(whole), FlowHash.lane(fragment));
    }

    @Test
    void spreadsConnectionsBetweenTwoHostsOverLanes() {
        var frame = random(new SplittableRandom(3));
        frame.protocol = IpProtocol.TCP;
        assertEquals(FlowHash.symmetric(frame), FlowHash.lane(frame));
        int lane = FlowHash.lane(frame);
        frame.sourcePort ^= 1;
        assertNotEquals(lane, FlowHash.lane(frame));
    }

    @Test
    void isTheSameForBothDirectionsOfWhatIsNotIp() {
        var frame = new Frame();
        frame.clear();
        frame.setMacs(0x020000000002L, 0x020000000001L);
        int there = FlowHash.symmetric(frame);
        frame.setMacs(0x020000000001L, 0x020000000002L);
        assertEquals(there, FlowHash.symmetric(frame));
    }

    /// Neighbouring addresses and ports are the hard case. With 16 lanes and 16,384 flows the
    /// expected 1,024 a lane varies by 31 (one standard deviation).
    @Test
    void spreadsNeighbouringFlowsEvenly() {
        var lanes = new int[16];
        var frame = random(new SplittableRandom(4));
        for (int host = 0; host < 128; host++) {
            for (int port = 0; port < 128; port++) {
                frame.sourceLow = 0x0a000000L + host;
                frame.sourcePort = 32768 + port;
                lanes[Math.floorMod(FlowHash.symmetric(frame), lanes.length)]++;
            }
        }
        for (int flows : lanes) {
            assertTrue(Math.abs(flows - 1024) < 6 * 31, () -> "a lane has " + flows + " flows");
        }
    }

    private static Frame random(SplittableRandom random) {
        var frame = new Frame();
        frame.clear();
        frame.ipVersion = random.nextBoolean() ? 4 : 6;
        frame.protocol = random.nextBoolean() ? IpProtocol.TCP : IpProtocol.UDP;
        frame.sourceHigh = frame.ipVersion == 4 ? 0 : random.nextLong();
        frame.destinationHigh = frame.ipVersion == 4 ? 0 : random.nextLong();
        frame.sourceLow =
                frame.ipVersion == 4 ? random.nextInt() & 0xffff_ffffL : random.nextLong();
        frame.destinationLow =
                frame.ipVersion == 4 ? random.nextInt() & 0xffff_ffffL : random.nextLong();
        frame.sourcePort = random.nextInt(1 << 16);
        frame.destinationPort = random.nextInt(1 << 16);
        return frame;
    }

    private static void setFragment(Frame frame, boolean moreFragments, int offset) {
        if (frame.ipVersion == 4) {
            frame.setIpv4(0, 0, 1, false, moreFragments, offset, 64, frame.protocol, 0);
        } else {
            frame.setIpv6(0, 0, 0, IpProtocol.FRAGMENT, 64);
            frame.setIpv6Fragment(1, moreFragments, offset);
        }
    }

    private static void swap(Frame frame) {
        long high = frame.sourceHigh;
        long low = frame.sourceLow;
        int port = frame.sourcePort;
        frame.sourceHigh = frame.destinationHigh;
        frame.sourceLow = frame.destinationLow;
        frame.sourcePort = frame.destinationPort;
        frame.destinationHigh = high;
        frame.destinationLow = low;
        frame.destinationPort = port;
    }
}
