package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import headgate.softnet.DropReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FateLogTest {
    private final List<String> told = new ArrayList<>();
    private final FateLog log =
            new FateLog((number, arrivalNanos, length, reason, atNanos, endNanos, cpu) ->
                    told.add(
                            "%d %d %d %s %d %d %d"
                                    .formatted(
                                            number,
                                            arrivalNanos,
                                            length,
                                            reason,
                                            atNanos,
                                            endNanos,
                                            cpu)));

    @Test
    void tellsFatesInTheOrderOfArrivalWhateverIsDecidedFirst() {
        log.arrived(10, 60);
        log.arrived(11, 61);
        log.arrived(12, 62);
        log.dropped(2, 12, 1, DropReason.CPU_BACKLOG);
        log.delivered(1, 15, 16, 0);
        assertEquals(List.of(), told);
        log.delivered(0, 13, 15, 0);
        log.finish();
        assertEquals(
                List.of(
                        "1 10 60 null 13 15 0",
                        "2 11 61 null 15 16 0",
                        "3 12 62 CPU_BACKLOG 12 12 1"),
                told);
    }

    @Test
    void tellsOfAPacketThatIsRefusedBehindTheProtocolLayerThatItWasDropped() {
        log.arrived(10, 60);
        log.arrived(11, 61);
        log.delivered(0, 13, 15, 0);
        log.dropped(0, 15, 0, DropReason.NOMEM);
        log.delivered(1, 15, 16, 0);
        log.finish();
        assertEquals(List.of("1 10 60 NOMEM 15 15 0", "2 11 61 null 15 16 0"), told);
    }

    @Test
    void remembersAsManyAsAreOnTheirWay() {
        for (int i = 0; i < 5; i++) {
            log.arrived(i, 60);
            log.delivered(i, i, i, 0);
        }
        for (int i = 5; i < 5_000; i++) {
            log.arrived(i, 60);
        }
        for (int i = 4_999; i >= 5; i--) {
            log.delivered(i, 2 * i, 3 * i, 0);
        }
        log.finish();
        assertEquals(5_000, told.size());
        for (int i = 5; i < 5_000; i++) {
            assertEquals("%d %d 60 null %d %d 0".formatted(i + 1, i, 2 * i, 3 * i), told.get(i));
        }
    }
}
