package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TcpViewTest extends ViewContract {
    private final TcpView view = new TcpView();

    @Override
    String header() {
        return """
        c3 50 01 bb                  # 50000 > 443
        fe dc ba 98  89 ab cd ef     # sequence, acknowledgment number
        61 12 ff ff                  # 24 bytes, AE ACK SYN, window
        12 34 00 07                  # checksum, urgent pointer
        02 04 05 b4                  # option: MSS 1460
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
        view.sequenceNumber();
        view.acknowledgmentNumber();
        view.headerLength();
        view.flags();
        view.window();
        view.checksum();
        view.urgentPointer();
    }

    @Test
    void readsTheFieldsOfAHeaderWithOptions() {
        var bytes = Hex.segment(header());
        assertEquals(Check.OK, view.wrap(bytes, 0, bytes.byteSize()));
        assertEquals(50000, view.sourcePort());
        assertEquals(443, view.destinationPort());
        assertEquals(0xfedcba98, view.sequenceNumber());
        assertEquals(0x89abcdef, view.acknowledgmentNumber());
        assertEquals(24, view.headerLength());
        assertEquals(TcpView.AE | TcpView.ACK | TcpView.SYN, view.flags());
        assertEquals(65535, view.window());
        assertEquals(0x1234, view.checksum());
        assertEquals(7, view.urgentPointer());
    }

    @Test
    void refusesADataOffsetBelowItsMinimum() {
        var bytes = Hex.segment("00".repeat(12) + "40 00" + "00".repeat(6));
        assertEquals(Check.BAD_LENGTH, view.wrap(bytes, 0, 20));
    }

    @Test
    void stillReadsTheFixedPartWhereTheOptionsAreCut() {
        var bytes = Hex.segment("00 50 c3 50" + "00".repeat(8) + "f0 12" + "00".repeat(6));
        assertEquals(Check.TRUNCATED, view.wrap(bytes, 0, 20));
        assertEquals(80, view.sourcePort());
        assertEquals(60, view.headerLength());
    }
}
