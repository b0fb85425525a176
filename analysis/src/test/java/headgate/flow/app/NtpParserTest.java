package headgate.flow.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import headgate.flow.app.ApplicationParser.Outcome;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class NtpParserTest {
    static final byte[] SERVER =
            Said.hex(
                    """
                    24 01 06 e9               # no warning, version 4, server; stratum 1, poll 64 s
                    00 00 00 00  00 00 00 10  # root delay and dispersion
                    47 50 53 00               # reference: GPS
                    ed 2a 00 00 00 00 00 00   # reference, origin, receive and transmit time
                    ed 2a 00 10 00 00 00 00
                    ed 2a 00 10 80 00 00 00
                    ed 2a 00 10 80 01 00 00
                    """);

    private static Said said(byte[] bytes) {
        return Said.to(new NtpParser(), bytes);
    }

    @Test
    void readsVersionModeStratumAndPoll() {
        assertEquals(
                List.of("ntp.flags.vn=4", "ntp.flags.mode=4", "ntp.stratum=1", "ntp.ppoll=6"),
                said(SERVER).fields());
    }

    @Test
    void refusesATimeMessageThatIsTooShort() {
        assertEquals(Outcome.NOT_MINE, said(Arrays.copyOf(SERVER, 47)).outcome());
    }

    @Test
    void refusesVersionZeroAndFive() {
        byte[] bytes = SERVER.clone();
        bytes[0] = 0x04;
        assertEquals(Outcome.NOT_MINE, said(bytes).outcome());
        bytes[0] = 0x2c;
        assertEquals(Outcome.NOT_MINE, said(bytes).outcome());
    }

    @Test
    void readsNoStratumInAControlMessage() {
        byte[] readVariables = Said.hex("16 02 00 01  00 00 00 00  00 00 00 00");
        assertEquals(List.of("ntp.flags.vn=2", "ntp.flags.mode=6"), said(readVariables).fields());
    }
}
