package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class IgmpGroupRecordsViewTest {
    private final IgmpGroupRecordsView records = new IgmpGroupRecordsView();

    private static final String TWO_RECORDS =
            """
            04 01 00 02  ef 01 02 03                # change to exclude, 1 auxiliary word, 2 sources
            c0 00 02 01  c0 00 02 02  00 00 00 00   # sources, auxiliary data
            03 00 00 00  e0 00 00 fb                # change to include, no sources
            """;

    @Test
    void passesOverSourcesAndAuxiliaryData() {
        place(TWO_RECORDS, 2);
        assertTrue(records.next());
        assertEquals(4, records.recordType());
        assertEquals(2, records.numberOfSources());
        assertEquals(0xef010203, records.multicastAddress());
        assertTrue(records.next());
        assertEquals(0xe00000fb, records.multicastAddress());
        assertFalse(records.next());
    }

    @Test
    void givesNoMoreRecordsThanTheReportHas() {
        place(TWO_RECORDS, 1);
        assertTrue(records.next());
        assertFalse(records.next());
    }

    @Test
    void endsWhereTheBytesEnd() {
        place("01 ff ff ff  ef 01 02 03", 65535);
        assertTrue(records.next());
        assertFalse(records.next());
    }

    private void place(String annotated, int count) {
        var bytes = Hex.segment(annotated);
        records.wrap(bytes, 0, bytes.byteSize(), count);
    }
}
