package headgate.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import headgate.packet.Frame;
import headgate.packet.IpProtocol;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What flows keep of the messages with which their sides begin.
class FlowOpeningsTest {
    private static final String REQUEST = "GET /a HTTP/1.1\r\nHost: www.example.com\r\n\r\n";
    private static final String RESPONSE = "HTTP/1.1 404 Not Found\r\nServer: s\r\n\r\n";
    private static final int CLIENT_START = 1000;
    private static final int SERVER_START = 5000;

    private final List<FlowRecord> records = new ArrayList<>();
    private final Frame frame = new Frame();
    private FlowTable table = new FlowTable(FlowSettings.CAPTURE_FILE, records::add);
    private int serverPort = 80;

    private void send(boolean fromClient, int protocol, byte[] payload) {
        frame.arrivalNanos += 1_000_000;
        frame.bytes = MemorySegment.ofArray(payload);
        frame.lengthCaptured = frame.lengthOnWire = payload.length;
        frame.ipVersion = 4;
        frame.protocol = protocol;
        frame.sourceLow = fromClient ? 0x0a000001 : 0x0a000002;
        frame.destinationLow = fromClient ? 0x0a000002 : 0x0a000001;
        frame.sourcePort = fromClient ? 50_000 : serverPort;
        frame.destinationPort = fromClient ? serverPort : 50_000;
        frame.transportOffset = frame.payloadOffset = 0;
        frame.payloadLength = frame.payloadCaptured = payload.length;
        table.onFrame(frame);
        frame.clear();
    }

    private void segment(boolean fromClient, int flags, int sequence, String payload) {
        frame.setTcp(sequence, 0, 20, flags, 0, 0, 0);
        send(fromClient, IpProtocol.TCP, payload.getBytes(StandardCharsets.ISO_8859_1));
    }

    private void open() {
        segment(true, TcpTracker.SYN, CLIENT_START - 1, "");
        segment(false, TcpTracker.SYN | TcpTracker.ACK, SERVER_START - 1, "");
    }

    /// Bytes of the client's stream, from `at` on.
    private void client(int at, String text) {
        segment(true, TcpTracker.ACK, CLIENT_START + at, text);
    }

    private void server(int at, String text) {
        segment(false, TcpTracker.ACK, SERVER_START + at, text);
    }

    private void datagram(boolean fromClient, byte[] payload) {
        frame.setUdpLength(8 + payload.length);
        send(fromClient, IpProtocol.UDP, payload);
    }

    private FlowRecord only() {
        table.endAll();
        assertEquals(1, records.size());
        return records.getFirst();
    }

    private String value(String field) {
        return String.join("|", only().metadata().getOrDefault(field, List.of()));
    }

    @Test
    void tellsTheApplicationAloneWhereNothingMoreIsWanted() {
        table =
                new FlowTable(
                        FlowSettings.CAPTURE_FILE.with(draft -> draft.keepsMetadata = false),
                        records::add);
        serverPort = 4444;
        open();
        client(0, REQUEST);
        server(0, RESPONSE);
        assertEquals("http", only().application());
        assertEquals(Map.of(), records.getFirst().metadata());
    }

    @Test
    void readsRequestAndResponseWhereTheyLie() {
        open();
        client(0, REQUEST);
        server(0, RESPONSE);
        var expected = new LinkedHashMap<String, List<String>>();
        expected.put("http.request.method", List.of("GET"));
        expected.put("http.request.uri", List.of("/a"));
        expected.put("http.host", List.of("www.example.com"));
        expected.put("http.response.code", List.of("404"));
        expected.put("http.server", List.of("s"));
        assertEquals(expected, only().metadata());
        assertEquals("http", records.getFirst().application());
    }

    @Test
    void putsARequestTogetherByteByByte() {
        open();
        for (int i = 0; i < 30; i++) {
            client(i, REQUEST.substring(i, i + 1));
        }
        client(30, REQUEST.substring(30));
        assertEquals("www.example.com", value("http.host"));
    }

    @Test
    void putsSegmentsInOrder() {
        open();
        client(20, REQUEST.substring(20));
        client(10, REQUEST.substring(10, 20));
        client(5, REQUEST.substring(5, 15));
        client(0, REQUEST.substring(0, 10));
        assertEquals("www.example.com", value("http.host"));
    }

    @Test
    void readsARepeatedSegmentOnce() {
        open();
        client(0, REQUEST.substring(0, 20));
        client(0, REQUEST.substring(0, 20));
        client(10, REQUEST.substring(10));
        assertEquals("/a", value("http.request.uri"));
        assertEquals("www.example.com", value("http.host"));
    }

    @Test
    void readsAConversationTakenUpInTheMiddle() {
        client(0, REQUEST);
        assertEquals("http", only().application());
    }

    @Test
    void readsNothingBehindAHoleButKeepsWhatWasBeforeIt() {
        open();
        client(0, REQUEST.substring(0, 25));
        for (int i = 0; i < 40; i++) {
            client(100 + 20 * i, "Host: behind.example\r\n\r\n");
        }
        assertEquals("/a", value("http.request.uri"));
        assertEquals("http", records.getFirst().application());
    }

    @Test
    void tellsAnApplicationOnAnyPortByItsContent() {
        serverPort = 4711;
        open();
        client(0, REQUEST);
        assertEquals("http", only().application());
    }

    @Test
    void believesContentMoreThanThePort() {
        serverPort = 22;
        open();
        client(0, REQUEST);
        assertEquals("http", only().application());
    }

    @Test
    void saysNothingWhereContentContradictsThePort() {
        open();
        client(0, "\u0001\u0002\u0003 something else");
        assertEquals("", only().application());
    }

    @Test
    void goesByThePortWhereThePayloadWasNotCaptured() {
        open();
        frame.setTcp(CLIENT_START, 0, 20, TcpTracker.ACK, 0, 0, 0);
        frame.arrivalNanos += 1;
        frame.ipVersion = 4;
        frame.protocol = IpProtocol.TCP;
        frame.sourceLow = 0x0a000001;
        frame.destinationLow = 0x0a000002;
        frame.sourcePort = 50_000;
        frame.destinationPort = 80;
        frame.payloadLength = 100;
        frame.payloadCaptured = 0;
        table.onFrame(frame);
        assertEquals("http", only().application());
    }

    @Test
    void saysNothingOfAConnectionWithoutPayload() {
        open();
        assertEquals("", only().application());
    }

    @Test
    void readsEachSidesFirstDatagram() {
        serverPort = 53;
        byte[] query = {0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 0, 1, 0, 1};
        byte[] answer = query.clone();
        answer[2] = (byte) 0x81;
        answer[3] = 3;
        datagram(true, query);
        datagram(false, answer);
        datagram(true, new byte[] {1, 2, 3});
        assertEquals("dns", only().application());
        assertEquals(List.of("7"), records.getFirst().metadata().get("dns.id"));
        assertEquals(List.of("3"), records.getFirst().metadata().get("dns.flags.rcode"));
        assertEquals(List.of("0", "1"), records.getFirst().metadata().get("dns.flags.response"));
    }

    @Test
    void keepsNoMoreThanItsLimit() {
        table = new FlowTable(withOpeningBytes(90), records::add);
        open();
        client(0, REQUEST);
        server(0, RESPONSE.substring(0, 30));
        assertEquals("http", only().application());
        assertEquals(2, table.statistics().openingsWithoutRoom());
        assertEquals(List.of("GET"), records.getFirst().metadata().get("http.request.method"));
        assertEquals(null, records.getFirst().metadata().get("http.server"));
    }

    @Test
    void givesRoomBackWhenFlowsEnd() {
        table = new FlowTable(withOpeningBytes(4096), records::add);
        for (int i = 0; i < 50; i++) {
            serverPort = 1024 + i;
            open();
            client(0, REQUEST.substring(0, 20));
            table.endAll();
        }
        assertEquals(0, table.statistics().openingsWithoutRoom());
    }

    private static FlowSettings withOpeningBytes(long bytes) {
        return FlowSettings.CAPTURE_FILE.with(draft -> draft.maxOpeningBytes = bytes);
    }

    @Test
    void countsMessagesWithMoreThanIsKept() {
        open();
        client(0, "GET /" + "a".repeat(3000) + " HTTP/1.1\r\nHost: h\r\n\r\n");
        assertEquals("h", value("http.host"));
        assertEquals(1, table.statistics().openingsCut());
    }

    @Test
    void takesWhatWasToldAlongWhenItIsRestored() {
        open();
        client(0, REQUEST);
        server(0, RESPONSE.substring(0, 20));
        var next = new FlowTable(FlowSettings.CAPTURE_FILE, records::add);
        table.drainChanged(next::restore);
        table = next;
        server(20, RESPONSE.substring(20));
        assertEquals("www.example.com", value("http.host"));
        assertEquals("http", records.getFirst().application());
        assertEquals(
                null, records.getFirst().metadata().get("http.server"), "was being put together");
    }

    @Test
    void refusesAStateWhoseMetadataIsCut() {
        open();
        client(0, REQUEST);
        var next = new FlowTable(FlowSettings.CAPTURE_FILE, records::add);
        var refused = new int[1];
        table.drainChanged((key, state) -> {
            try {
                next.restore(key, Arrays.copyOf(state, state.length - 1));
            } catch (IllegalArgumentException e) {
                refused[0]++;
            }
        });
        assertEquals(2, refused[0], "the flow, and the time of the table");
    }
}
