package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeSpanTest {
    @ParameterizedTest
    @CsvSource({
        "7ns, 7",
        "100us, 100000",
        "5ms, 5000000",
        "1.5s, 1500000000",
        "2m, 120000000000",
        "1h, 3600000000000"
    })
    void readsNumbersWithTheirUnit(String text, long nanos) {
        assertEquals(nanos, TimeSpan.parseNanos(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-1s", "1 s", "1d", "1e3s", "99999999999h"})
    void refusesOtherText(String text) {
        assertThrows(IllegalArgumentException.class, () -> TimeSpan.parseNanos(text));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 ns",
        "999, 999 ns",
        "1000, 1.0 us",
        "999949, 999.9 us",
        "999950, 1.0 ms",
        "12345678, 12.3 ms",
        "1500000000, 1.5 s",
        "3600000000000, 3600.0 s"
    })
    void writesOneDigitAfterThePoint(long nanos, String text) {
        assertEquals(text, TimeSpan.format(nanos));
    }
}
