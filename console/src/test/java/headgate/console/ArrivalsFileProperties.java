package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class ArrivalsFileProperties {
    private final List<String> seen = new ArrayList<>();

    private ArrivalsFile read(byte[] bytes) throws IOException {
        Path path = Files.createTempFile("arrivals", ".csv");
        try {
            Files.write(path, bytes);
            var file = new ArrivalsFile(path.toString());
            seen.clear();
            file.read(
                    (time, length, _, service, _) -> seen.add(time + "," + length + "," + service),
                    new Progress(Progress.Mode.never, new PrintWriter(new StringWriter()), "", 0));
            return file;
        } finally {
            Files.delete(path);
        }
    }

    @Property(tries = 200)
    void readsEveryNumberAsItWasWritten(
            @ForAll @Size(max = 2000) List<Long> times,
            @ForAll @IntRange(min = 0) int length,
            @ForAll @LongRange(min = -1) long service,
            @ForAll boolean hasLastLineFeed)
            throws IOException {
        var lines = new ArrayList<String>();
        var expected = new ArrayList<String>();
        for (long time : times) {
            lines.add(" " + time + " ,\t" + length + ",," + service + "\r");
            expected.add(time + "," + length + "," + service);
        }
        String text = String.join("\n", lines) + (hasLastLineFeed ? "\n" : "");
        assertNull(read(text.getBytes()).damage());
        assertEquals(expected, seen);
    }

    @Property(tries = 500)
    void readsOrRefusesEveryBytes(@ForAll @Size(max = 5000) byte[] bytes) throws IOException {
        ArrivalsFile file = read(bytes);
        assertEquals(seen.size(), file.arrivals());
        assertTrue(file.damage() == null || file.damage().startsWith("line "), file.damage());
    }

    @Property(tries = 60)
    void cutAtEveryByteItReadsTheLinesBeforeTheCut(@ForAll @IntRange(min = 0, max = 60) int cut)
            throws IOException {
        String text = "1000,60,7,100\n2000,60,7,100\n3000,60,7,100\n4000,60,7,100\n5,6\n";
        read(text.substring(0, cut).getBytes());
        long whole = text.substring(0, cut).chars().filter(c -> c == '\n').count();
        assertTrue(seen.size() >= whole && seen.size() <= whole + 1, seen.toString());
    }

    @Property(tries = 5)
    void refusesALineThatDoesNotEnd(@ForAll @IntRange(min = 2_000, max = 2_000_000) int length)
            throws IOException {
        ArrivalsFile file = read("1".repeat(length).getBytes());
        assertNotNull(file.damage());
        assertTrue(file.damage().startsWith("line 1: a line of more than 1000 bytes"));
    }
}
