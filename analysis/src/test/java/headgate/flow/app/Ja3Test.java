package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/// The examples that the authors of JA3 give, and the rules around them.
class Ja3Test {
    @Test
    void namesTheAuthorsFirstExample() {
        var hello =
                Hellos.ofJa3(
                        769,
                        "47-53-5-10-49161-49162-49171-49172-50-56-19-4",
                        "0-10-11",
                        "23-24-25",
                        "0");
        assertEquals(
                "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0",
                Ja3.text(hello));
        assertEquals("ada70206e40642a3e4461f35503241d5", Ja3.of(hello));
    }

    @Test
    void namesTheAuthorsExampleWithoutExtensions() {
        var hello = Hellos.ofJa3(769, "4-5-10-9-100-98-3-6-19-18-99", "", "", "");
        assertEquals("769,4-5-10-9-100-98-3-6-19-18-99,,,", Ja3.text(hello));
        assertEquals("de350869b8c85de67a350c8d186f11e6", Ja3.of(hello));
    }

    @Test
    void leavesGreaseOut() {
        // 0x0a0a, 0x1a1a and 0xfafa are GREASE; 0x0a1a is not.
        var hello = Hellos.ofJa3(771, "2570-4865", "6682-0-2586", "64250-29", "0");
        assertEquals("771,4865,0-2586,29,0", Ja3.text(hello));
    }

    @Test
    void namesAServerByVersionCipherAndExtensions() {
        var hello = new ServerHello(771, false, 4865, new int[] {51, 43}, 0x0304, null);
        assertEquals("771,4865,51-43", Ja3.text(hello));
        assertEquals("eb1d94daa7e0344597e756a1fb6e7054", Ja3.of(hello));
    }
}
