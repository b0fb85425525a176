package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class QuotedTransportViewTest extends ViewContract {
    private final QuotedTransportView view = new QuotedTransportView();

    @Override
    String header() {
        return """
        c3 50 00 50                  # 50000 > 80
        80 00 00 01                  # sequence number
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.sourcePort();
        view.destinationPort();
        view.sequenceNumberOrTag();
    }

    @Test
    void readsTheEightBytesThatAreAlwaysQuoted() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(50000, view.sourcePort());
        assertEquals(80, view.destinationPort());
        assertEquals(0x80000001, view.sequenceNumberOrTag());
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
