package headgate.flow.app;

import headgate.packet.Frame;
import headgate.packet.IpProtocol;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;

/// Tells by content, and by port where content alone is no proof, what is spoken; and reads it.
///
/// For one thread.
public final class ApplicationDecoder {
    /// All of them, in the order in which they are asked.
    static final List<Supplier<ApplicationParser>> PARSERS =
            List.of(
                    () -> new DnsParser(Application.DNS, IpProtocol.UDP),
                    () -> new DnsParser(Application.DNS, IpProtocol.TCP),
                    () -> new DnsParser(Application.MDNS, IpProtocol.UDP),
                    () -> new DnsParser(Application.LLMNR, IpProtocol.UDP),
                    () -> new DnsParser(Application.LLMNR, IpProtocol.TCP),
                    NbnsParser::new,
                    () -> new HttpParser(Application.HTTP, IpProtocol.TCP),
                    () -> new HttpParser(Application.SSDP, IpProtocol.UDP),
                    ReplyCodeParser::ftp,
                    ReplyCodeParser::smtp,
                    DhcpParser::new,
                    NtpParser::new,
                    TlsParser::new,
                    QuicParser::new,
                    SshParser::new,
                    () -> new SipParser(IpProtocol.UDP),
                    () -> new SipParser(IpProtocol.TCP));

    private static final ApplicationParser[] NONE = {};

    private final ApplicationParser[] ofTcp = parsersOf(IpProtocol.TCP);
    private final ApplicationParser[] ofUdp = parsersOf(IpProtocol.UDP);

    private final ConversationMemory conversations = new ConversationMemory();

    private static ApplicationParser[] parsersOf(int protocol) {
        return PARSERS.stream()
                .map(Supplier::get)
                .filter(parser -> parser.protocol() == protocol)
                .toArray(ApplicationParser[]::new);
    }

    private ApplicationParser[] parsers(int protocol) {
        return switch (protocol) {
            case IpProtocol.TCP -> ofTcp;
            case IpProtocol.UDP -> ofUdp;
            default -> NONE;
        };
    }

    /// Reads the payload of a frame, if a message begins there. Of frames before it counts only
    /// what a [Conversation] notes; messages in several segments are not put together. Returns its
    /// application; null if none is recognised.
    public Application decode(Frame frame, FieldSink fields) {
        if (frame.sourcePort < 0 || frame.fragmentOffset() > 0 || frame.payloadCaptured <= 0) {
            return null;
        }
        long offset = frame.start + frame.payloadOffset;
        long limit = offset + frame.payloadCaptured;
        ApplicationParser parser = find(frame, frame.bytes, offset, limit);
        if (parser == null && conversations.isQuic(frame)) {
            parser = parserOf(Application.QUIC, IpProtocol.UDP);
        }
        if (parser == null) {
            return null;
        }
        var outcome =
                parser instanceof ConversationalParser
                        ? parser.parse(frame.bytes, offset, limit, conversations.of(frame), fields)
                        : parser.parse(frame.bytes, offset, limit, fields);
        return outcome == ApplicationParser.Outcome.NOT_MINE ? null : parser.application();
    }

    /// Who should read these bytes: a parser that recognises them, otherwise one that is known by a
    /// port of the frame, which also goes first where both read the same form. Null if there is
    /// none.
    public ApplicationParser find(Frame frame, MemorySegment bytes, long offset, long limit) {
        ApplicationParser known =
                parserKnownBy(frame.protocol, frame.sourcePort, frame.destinationPort);
        for (ApplicationParser parser : parsers(frame.protocol)) {
            if (parser.recognises(bytes, offset, limit)) {
                boolean sameForm = known != null && known.hasFormOf(parser.application());
                return sameForm ? known : parser;
            }
        }
        return known;
    }

    /// Who reads this application over this transport; null if nobody does.
    public ApplicationParser parserOf(Application application, int protocol) {
        for (ApplicationParser parser : parsers(protocol)) {
            if (parser.application() == application) {
                return parser;
            }
        }
        return null;
    }

    /// Which application one of two ports is known by; null if there is none.
    public Application knownBy(int protocol, int sourcePort, int destinationPort) {
        ApplicationParser known = parserKnownBy(protocol, sourcePort, destinationPort);
        return known == null ? null : known.application();
    }

    /// By the lower port, which is more often the server's, before the higher.
    private ApplicationParser parserKnownBy(int protocol, int sourcePort, int destinationPort) {
        ApplicationParser known = parserKnownBy(protocol, Math.min(sourcePort, destinationPort));
        return known != null
                ? known
                : parserKnownBy(protocol, Math.max(sourcePort, destinationPort));
    }

    private ApplicationParser parserKnownBy(int protocol, int port) {
        for (ApplicationParser parser : parsers(protocol)) {
            if (parser.application().isKnownBy(protocol, port)) {
                return parser;
            }
        }
        return null;
    }
}
