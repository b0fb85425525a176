package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class DomainNameTest {
    /// The example of RFC 1035, section 4.1.4, moved to the start of the message.
    private static final byte[] COMPRESSED =
            Said.hex(
                    """
                    01 46  03 49 53 49  04 41 52 50 41  00  # 0: F.ISI.ARPA
                    03 46 4f 4f  c0 00                      # 12: FOO, then the name at 0
                    c0 06                                   # 18: the name at 6
                    00                                      # 20: the root
                    """);

    private final DomainName name = new DomainName();

    private long read(byte[] message, long offset) {
        return name.read(MemorySegment.ofArray(message), 0, offset, message.length);
    }

    @Test
    void readsTheCompressedNamesOfRfc1035() {
        assertEquals(12, read(COMPRESSED, 0));
        assertEquals("F.ISI.ARPA", name.text());
        assertEquals(18, read(COMPRESSED, 12));
        assertEquals("FOO.F.ISI.ARPA", name.text());
        assertEquals(20, read(COMPRESSED, 18));
        assertEquals("ARPA", name.text());
        assertEquals(21, read(COMPRESSED, 20));
        assertEquals("<Root>", name.text());
    }

    @Test
    void refusesAPointerToItselfAndOneForward() {
        assertEquals(DomainName.BAD, read(Said.hex("c0 00"), 0));
        assertEquals(DomainName.BAD, read(Said.hex("c0 02  00"), 0));
    }

    @Test
    void refusesTwoPointersToEachOther() {
        byte[] circle = Said.hex("01 61 c0 04  01 62 c0 00");
        assertEquals(DomainName.BAD, read(circle, 0));
        assertEquals(DomainName.BAD, read(circle, 4));
    }

    @Test
    void refusesALabelThatIsCut() {
        assertEquals(DomainName.BAD, read(Said.hex("03 61 62"), 0));
        assertEquals(DomainName.BAD, read(Said.hex("01 61"), 0));
        assertEquals(DomainName.BAD, read(Said.hex("c0"), 0));
    }

    @Test
    void refusesMoreThan255Octets() {
        byte[] longest = name(3, 61);
        assertEquals(longest.length, read(longest, 0));
        assertEquals(253, name.length());
        assertEquals(DomainName.BAD, read(name(4, 63), 0));
    }

    /// Labels of 63 octets, and one more.
    private static byte[] name(int full, int last) {
        var bytes = new byte[64 * full + last + 2];
        for (int i = 0; i < full; i++) {
            bytes[64 * i] = 63;
        }
        bytes[64 * full] = (byte) last;
        for (int i = 0; i < bytes.length - 1; i++) {
            bytes[i] = bytes[i] == 0 ? (byte) 'a' : bytes[i];
        }
        return bytes;
    }

    @Test
    void refusesTheLabelTypesThatRfc6891Retired() {
        assertEquals(DomainName.BAD, read(Said.hex("41 61 00"), 0));
        assertEquals(DomainName.BAD, read(Said.hex("81 61 00"), 0));
    }

    @Test
    void escapesWhatCannotBeShown() {
        read(Said.hex("06 61 00 1b 62 0a ff 00"), 0);
        assertEquals("a\\000\\033b\\n\ufffd", name.text());
    }
}
