package headgate.forwarding.syntax;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import headgate.forwarding.SnapshotException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/// Whatever a file holds is read or refused with its place.
class SyntaxProperties {
    private static final Map<Format, byte[]> SAMPLES = SyntaxSamples.all();

    @Provide
    Arbitrary<Format> formats() {
        return Arbitraries.of(SAMPLES.keySet());
    }

    /// The elements; null if the file was refused.
    private static List<String> readOrRefuse(Format format, byte[] bytes) {
        try {
            return SyntaxSamples.read(format, bytes);
        } catch (SnapshotException | JsonProcessingException refused) {
            assertFalse(refused.getMessage().isEmpty());
            return null;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Example
    void readsWhatItIsGivenUpToEachByte() {
        SAMPLES.forEach((format, sample) -> {
            for (int length = 0; length < sample.length; length++) {
                readOrRefuse(format, Arrays.copyOf(sample, length));
            }
            assertNotNull(readOrRefuse(format, sample), format.toString());
        });
    }

    @Property(tries = 2000)
    void readsOrRefusesRandomBytes(
            @ForAll("formats") Format format, @ForAll @Size(max = 200) byte[] bytes) {
        readOrRefuse(format, bytes);
        Recognition.of(bytes);
    }

    @Property(tries = 3000)
    void readsOrRefusesDamagedFiles(
            @ForAll("formats") Format format, @ForAll int place, @ForAll byte value) {
        byte[] damaged = SAMPLES.get(format).clone();
        damaged[Math.floorMod(place, damaged.length)] = value;
        readOrRefuse(format, damaged);
        Recognition.of(damaged);
    }

    /// Words in any order, which come nearer to what the readers look for than bytes do.
    @Property(tries = 1000)
    void readsOrRefusesWordsInAnyOrder(
            @ForAll("formats") Format format, @ForAll("words") String text) {
        readOrRefuse(format, SyntaxSamples.utf8(text));
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.of(
                        "via",
                        "dev",
                        "nexthop",
                        "\n",
                        "\n\t",
                        "\t",
                        "10.0.0.0/8",
                        "from",
                        "lookup",
                        "inet",
                        "inet6",
                        "link/ether",
                        "1:",
                        "<UP>",
                        "mtu",
                        "lock",
                        "*",
                        "K>*",
                        "[1/0]",
                        "unicast",
                        "[s4",
                        "00:00]",
                        "Table master4:",
                        "VRF x:",
                        "via 1.2.3.4 on x",
                        ",",
                        "unreachable",
                        "{",
                        "}",
                        "\"a\":[",
                        "]",
                        "::/0",
                        "\r\n",
                        "Codes:",
                        "\n\n")
                .list()
                .ofMaxSize(40)
                .map(words -> String.join(" ", words));
    }
}
