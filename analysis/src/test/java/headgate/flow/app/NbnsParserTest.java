package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class NbnsParserTest {
    /// The name of the example in RFC 1001, section 14.1: FRED.
    static final byte[] RESPONSE =
            Said.hex(
                    """
                    00 2a  85 80  00 00  00 01  00 00  00 00  # identifier, response, one answer
                    20 45 47 46 43 45 46 45 45 43 41 43 41 43 41 43 41 43 41  # EGFCEFEECACACACACA
                    43 41 43 41 43 41 43 41 43 41 43 41 43 41 00              # CACACACACACACA
                    00 20 00 01  00 03 f4 80  00 06           # NB IN, 3 days
                    60 00  c0 00 02 07                        # unique, 192.0.2.7
                    """);

    @Test
    void decodesTheNameAndItsAddress() {
        assertEquals(
                List.of(
                        "nbns.id=42",
                        "nbns.flags.response=1",
                        "nbns.name=FRED<20>",
                        "nbns.type=32",
                        "nbns.addr=192.0.2.7"),
                Said.to(new NbnsParser(), RESPONSE).fields());
    }

    @Test
    void readsNoNameWithOtherLetters() {
        byte[] bytes = RESPONSE.clone();
        bytes[13] = 'Z';
        assertEquals(List.of(), Said.to(new NbnsParser(), bytes).values("nbns.name"));
    }
}
