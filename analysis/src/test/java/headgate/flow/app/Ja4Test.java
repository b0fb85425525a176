package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The examples that the authors of JA4 give, and the rules around them.
class Ja4Test {
    private static final String SUITES =
            "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035";
    private static final String EXTENSIONS =
            "001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015";
    private static final String ALGORITHMS = "0403,0804,0401,0503,0805,0501,0806,0601";

    @Test
    void namesTheAuthorsExample() {
        var hello = Hellos.ofJa4("0304,0303", "h2", SUITES, EXTENSIONS, ALGORITHMS);
        assertEquals("t13d1516h2_8daaf6152771_e5627efa2ab1", Ja4.of(hello, 't'));
        assertEquals(
                "t13d1516h2"
                        + "_002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9"
                        + "_0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01"
                        + "_0403,0804,0401,0503,0805,0501,0806,0601",
                Ja4.raw(hello, 't'));
    }

    @Test
    void namesTheAuthorsExampleWithoutSignatureAlgorithms() {
        var hello = Hellos.ofJa4("0304", "h2", SUITES, EXTENSIONS, "");
        assertEquals("t13d1516h2_8daaf6152771_6d807ffa2a79", Ja4.of(hello, 't'));
    }

    @Test
    void leavesGreaseOutOfListsCountsAndVersion() {
        var hello =
                Hellos.ofJa4(
                        "fafa,0304,0303",
                        "h2",
                        "0a0a," + SUITES,
                        "1a1a," + EXTENSIONS + ",2a2a",
                        ALGORITHMS);
        assertEquals("t13d1516h2_8daaf6152771_e5627efa2ab1", Ja4.of(hello, 't'));
    }

    @Test
    void marksAHelloInQuicAndOneWithoutServerName() {
        var hello = Hellos.ofJa4("0304", "h3", "1301", "002b", "");
        assertEquals("q13i0101h3", Ja4.of(hello, 'q').substring(0, 10));
    }

    @Test
    void saysZerosWhereThereIsNothingToDigest() {
        var hello = Hellos.ofJa4("", null, "", "0000,0010", "");
        assertEquals("t12d000200_000000000000_000000000000", Ja4.of(hello, 't'));
    }

    @Test
    void countsNoFurtherThanNinetyNine() {
        var hello = Hellos.ofJa4("", null, "1301,".repeat(120) + "1302", "", "");
        assertEquals("t12i9900", Ja4.of(hello, 't').substring(0, 8));
    }

    @ParameterizedTest
    @CsvSource({"0304, 13", "0303, 12", "0302, 11", "0301, 10", "0300, s3", "0002, s2", "7f1c, 00"})
    void namesVersionsInTwoCharacters(String number, String name) {
        var hello = Hellos.ofJa4(number, null, "", "", "");
        assertEquals("t" + name, Ja4.of(hello, 't').substring(0, 3));
    }

    /// The last five are the authors'.
    @ParameterizedTest
    @CsvSource({
        "68 32, h2",
        "68 74 74 70 2f 31 2e 31, h1",
        "78, xx",
        "ab, ab",
        "ab cd, ad",
        "30 ab, 3b",
        "30 31 ab cd, 3d",
        "30 ab cd 31, 01"
    })
    void takesFirstAndLastCharacterOfTheProtocol(String bytes, String shown) {
        String protocol =
                new WireReader(MemorySegment.ofArray(Said.hex(bytes)), 0, Said.hex(bytes).length)
                        .rest();
        var hello = Hellos.ofJa4("", protocol, "", "", "");
        assertEquals(shown, Ja4.of(hello, 't').substring(8, 10));
    }
}
