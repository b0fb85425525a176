package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class IgmpViewTest extends ViewContract {
    private final IgmpView view = new IgmpView();

    @Override
    String header() {
        return """
        16 64 ab cd                  # version 2 report, code 100, checksum
        ef 01 02 03                  # 239.1.2.3
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.type();
        view.maxResponseCode();
        view.checksum();
        view.groupAddress();
        view.numberOfRecords();
        view.version(8);
    }

    @Test
    void readsTheFieldsOfAVersion2Report() {
        var bytes = Hex.segment(header());
        assertEquals(Check.OK, view.wrap(bytes, 0, bytes.byteSize()));
        assertEquals(IgmpView.V2_MEMBERSHIP_REPORT, view.type());
        assertEquals(100, view.maxResponseCode());
        assertEquals(0xabcd, view.checksum());
        assertEquals(0xef010203, view.groupAddress());
        assertEquals(0, view.numberOfRecords());
        assertEquals(2, view.version(8));
    }

    @Test
    void tellsTheVersionOfAQueryByItsLengthAndCode() {
        view.wrap(Hex.segment("11 00 00 00  00 00 00 00"), 0, 8);
        assertEquals(1, view.version(8));
        assertEquals(3, view.version(12));
        view.wrap(Hex.segment("11 64 00 00  00 00 00 00"), 0, 8);
        assertEquals(2, view.version(8));
    }

    @Test
    void findsNoGroupInAVersion3Report() {
        view.wrap(Hex.segment("22 00 00 00  00 00 00 02"), 0, 8);
        assertEquals(3, view.version(24));
        assertEquals(0, view.groupAddress());
        assertEquals(2, view.numberOfRecords());
    }
}
