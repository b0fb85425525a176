package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import headgate.packet.Frame;
import headgate.packet.IpProtocol;
import org.junit.jupiter.api.Test;

class ConversationMemoryTest {
    private final ConversationMemory memory = new ConversationMemory();

    @Test
    void findsTheConversationFromBothSides() {
        var toServer = memory.of(frame(1, 2, 50_000, 443));
        assertTrue(toServer.fromClient);
        var toClient = memory.of(frame(2, 1, 443, 50_000));
        assertSame(toServer, toClient);
        assertFalse(toClient.fromClient);
    }

    @Test
    void remembersWhoSpeaksQuicAtAnyPort() {
        assertFalse(memory.isQuic(frame(1, 2, 50_000, 4433)));
        var conversation = memory.of(frame(1, 2, 50_000, 4433));
        assertFalse(memory.isQuic(frame(2, 1, 4433, 50_000)));
        conversation.quic();
        assertTrue(memory.isQuic(frame(2, 1, 4433, 50_000)));
        assertFalse(memory.isQuic(frame(2, 1, 4433, 50_001)));
    }

    @Test
    void tellsConversationsOfOtherPortsApart() {
        assertNotSame(memory.of(frame(1, 2, 50_000, 443)), memory.of(frame(1, 2, 50_001, 443)));
    }

    @Test
    void forgetsTheOneThatWasSilentForLongest() {
        var first = memory.of(frame(1, 2, 1, 0));
        var second = memory.of(frame(1, 2, 2, 0));
        for (int port = 3; port <= ConversationMemory.CAPACITY; port++) {
            memory.of(frame(1, 2, port, 0));
        }
        assertSame(first, memory.of(frame(1, 2, 1, 0)));
        assertEquals(0, memory.forgotten());
        memory.of(frame(1, 2, 10_000, 0));
        assertEquals(1, memory.forgotten());
        assertSame(first, memory.of(frame(1, 2, 1, 0)));
        assertNotSame(second, memory.of(frame(1, 2, 2, 0)));
    }

    private static Frame frame(int source, int destination, int sourcePort, int destinationPort) {
        var frame = new Frame();
        frame.ipVersion = 4;
        frame.protocol = IpProtocol.UDP;
        frame.sourceLow = source;
        frame.destinationLow = destination;
        frame.sourcePort = sourcePort;
        frame.destinationPort = destinationPort;
        return frame;
    }
}
