package headgate.softnet;

import java.util.Arrays;
import java.util.List;

/// The kernels whose receive path is modelled.
public enum Kernel {
    /// 6.18; see [ReceivePath].
    LINUX_6("6"),

    /// 2.6.12, with one CPU; see [ReceivePath26].
    LINUX_2_6("2.6");

    private final String word;

    Kernel(String word) {
        this.word = word;
    }

    /// Of all kernels, in their order.
    static List<String> words() {
        return Arrays.stream(values()).map(kernel -> kernel.word).toList();
    }
}
