package headgate.flow.app;

import java.util.Arrays;
import java.util.List;

/// ClientHellos from the lists that fingerprints are made of.
final class Hellos {
    private Hellos() {}

    /// Numbers in decimal, joined by `-`, as JA3 writes them.
    static ClientHello ofJa3(
            int version, String suites, String extensions, String groups, String pointFormats) {
        return new ClientHello(
                version,
                numbers(suites, "-", 10),
                numbers(extensions, "-", 10),
                null,
                List.of(),
                new int[0],
                numbers(groups, "-", 10),
                numbers(pointFormats, "-", 10),
                new int[0]);
    }

    /// Numbers in hexadecimal, joined by `,`, as JA4 writes them.
    static ClientHello ofJa4(
            String versions, String protocol, String suites, String extensions, String algorithms) {
        return new ClientHello(
                0x0303,
                numbers(suites, ",", 16),
                numbers(extensions, ",", 16),
                null,
                protocol == null ? List.of() : List.of(protocol),
                numbers(versions, ",", 16),
                new int[0],
                new int[0],
                numbers(algorithms, ",", 16));
    }

    private static int[] numbers(String joined, String separator, int radix) {
        return joined.isEmpty()
                ? new int[0]
                : Arrays.stream(joined.split(separator))
                        .mapToInt(number -> Integer.parseInt(number, radix))
                        .toArray();
    }
}
