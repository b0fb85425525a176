package headgate.flow.app;

import java.util.List;

/// One message or more of each application, for tests that take any of them.
final class SampleMessages {
    static final List<byte[]> ALL = List.of(NtpParserTest.SERVER);

    private SampleMessages() {}
}
