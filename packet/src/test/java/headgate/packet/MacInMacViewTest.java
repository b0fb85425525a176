package headgate.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MacInMacViewTest extends ViewContract {
    private final MacInMacView view = new MacInMacView();

    @Override
    String header() {
        return """
        00 1e bb 30                  # service 2014000
        02 00 00 00 00 02  02 00 00 00 00 01  08 00
        """;
    }

    @Override
    Wrap view() {
        return view::wrap;
    }

    @Override
    void readAll() {
        view.serviceIdentifier();
        view.lengthOrType();
    }

    @Test
    void readsServiceAndType() {
        assertEquals(Check.OK, wrap(header()));
        assertEquals(2014000, view.serviceIdentifier());
        assertEquals(EtherType.IPV4, view.lengthOrType());
        assertTrue(EtherType.isType(view.lengthOrType()));
        assertFalse(view.serviceIdentifier() > 0xffffff);
    }

    private Check wrap(String annotated) {
        var bytes = Hex.segment(annotated);
        return view().at(bytes, 0, bytes.byteSize());
    }
}
