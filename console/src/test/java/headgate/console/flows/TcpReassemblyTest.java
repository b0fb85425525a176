package headgate.console.flows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TcpReassemblyTest {
    private final SentStream sent = new SentStream();

    @Test
    void joinsWhatComesInOrder() {
        sent.reassembly.begin(1000);
        sent.segment(1000, "abc");
        sent.segment(1003, "def");
        assertEquals("abcdef", sent.text());
    }

    @Test
    void waitsForWhatIsLate() {
        sent.reassembly.begin(1000);
        sent.segment(1003, "def");
        sent.segment(1006, "ghi");
        assertEquals("", sent.text());
        sent.segment(1000, "abc");
        assertEquals("abcdefghi", sent.text());
    }

    @Test
    void takesEachByteOnceAndTheFirstOfTwo() {
        sent.segment(1000, "abcd");
        sent.segment(1002, "XXef");
        sent.segment(1000, "YYYY");
        assertEquals("abcdef", sent.text());
        assertEquals(6, sent.reassembly.repeated());
    }

    @Test
    void takesTheLongerOfTwoThatWait() {
        sent.reassembly.begin(1000);
        sent.segment(1002, "c");
        sent.segment(1002, "cde");
        sent.segment(1000, "ab");
        assertEquals("abcde", sent.text());
    }

    @Test
    void marksAHoleThatThePeerHasAcknowledged() {
        sent.reassembly.begin(1000);
        sent.segment(1000, "abc");
        sent.segment(1010, "kl");
        sent.reassembly.onAcknowledged(1010);
        assertEquals("abc", sent.text(), "what comes next may still be late");
        sent.reassembly.onAcknowledged(1012);
        assertEquals("abc[7]kl", sent.text());
        sent.segment(1003, "too late");
        assertEquals("abc[7]kl", sent.text());
        assertEquals(7, sent.reassembly.missing());
        assertEquals(1, sent.reassembly.holes());
    }

    @Test
    void marksWhatIsMissingWhenItIsOver() {
        sent.segment(1000, "ab");
        sent.segment(1005, "fg");
        sent.segment(1010, "k");
        sent.reassembly.finish();
        assertEquals("ab[3]fg[3]k", sent.text());
    }

    @Test
    void marksWhatTheCaptureCutOff() {
        sent.segment(1000, "ab", 10);
        sent.segment(1010, "k", 4);
        sent.reassembly.finish();
        assertEquals("ab[8]k[3]", sent.text());
    }

    @Test
    void goesOnWhereSequenceNumbersBeginAnew() {
        sent.reassembly.begin(-2);
        sent.segment(1, "d");
        sent.segment(-2, "abc");
        sent.segment(2, "e");
        assertEquals("abcde", sent.text());
    }

    @Test
    void takesAKeepAliveForABytesThatIsKnown() {
        sent.reassembly.begin(1000);
        sent.segment(1000, "abc");
        sent.segment(1002, "\0");
        sent.segment(1003, "d");
        assertEquals("abcd", sent.text());
    }

    @Test
    void leavesAHoleBehindWhichTooMuchWaits() {
        sent.reassembly.begin(0);
        var piece = new byte[60_000];
        int held = 0;
        for (int at = 1; sent.reassembly.givenUp() == 0; at += piece.length) {
            sent.segment(at, piece, piece.length);
            held += piece.length;
            assertTrue(held <= TcpReassembly.MAX_HELD_BYTES + piece.length, held + " bytes held");
        }
        assertEquals(1, sent.gaps().getFirst());
        assertEquals(held, sent.reassembly.bytes());
    }

    @Test
    void boundsTinySegmentsBehindAHoleToo() {
        sent.reassembly.begin(0);
        for (int i = 0; i < 400_000; i++) {
            sent.segment(1 + 2 * i, "x");
        }
        assertTrue(sent.reassembly.givenUp() > 0, "each costs more than its byte");
    }
}
