package headgate.flow.app;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// What a parser made of some bytes: its outcome, and the fields as `name=value`.
record Said(ApplicationParser.Outcome outcome, List<String> fields) {
    /// Bytes in hex; blanks, line ends and what follows `#` in a line do not count.
    static byte[] hex(String annotated) {
        return HexFormat.of().parseHex(annotated.replaceAll("#.*|\\s", ""));
    }

    /// Lines end in CR LF, as on the wire.
    static byte[] text(String text) {
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /// The bytes lie in the middle of others, which do not belong to the message.
    static Said to(ApplicationParser parser, byte[] bytes) {
        var around = new byte[bytes.length + 64];
        Arrays.fill(around, (byte) 'Z');
        System.arraycopy(bytes, 0, around, 32, bytes.length);
        return to(parser, MemorySegment.ofArray(around), 32, 32 + bytes.length);
    }

    static Said to(ApplicationParser parser, MemorySegment bytes, long offset, long limit) {
        var fields = new ArrayList<String>();
        var outcome = parser.parse(bytes, offset, limit, sink(fields));
        return new Said(outcome, List.copyOf(fields));
    }

    static Said to(ApplicationParser parser, byte[] bytes, Conversation conversation) {
        var fields = new ArrayList<String>();
        var outcome =
                parser.parse(
                        MemorySegment.ofArray(bytes), 0, bytes.length, conversation, sink(fields));
        return new Said(outcome, List.copyOf(fields));
    }

    static FieldSink sink(List<String> fields) {
        return new FieldSink() {
            @Override
            public void add(String name, long number) {
                fields.add(name + "=" + number);
            }

            @Override
            public void add(String name, String text) {
                fields.add(name + "=" + text);
            }
        };
    }

    /// The values of one field.
    List<String> values(String name) {
        return fields.stream()
                .filter(field -> field.startsWith(name + "="))
                .map(field -> field.substring(name.length() + 1))
                .toList();
    }
}
