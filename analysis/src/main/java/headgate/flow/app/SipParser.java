package headgate.flow.app;

import java.lang.foreign.MemorySegment;

/// Start lines of SIP, RFC 3261, section 7.
final class SipParser implements ApplicationParser {
    private static final String VERSION = "SIP/2.0";

    private final int protocol;
    private final TextLines lines = new TextLines();

    SipParser(int protocol) {
        this.protocol = protocol;
    }

    @Override
    public Application application() {
        return Application.SIP;
    }

    @Override
    public int protocol() {
        return protocol;
    }

    @Override
    public boolean recognises(MemorySegment bytes, long offset, long limit) {
        lines.wrap(bytes, offset, limit);
        return Character.isLetter(lines.peek())
                && lines.next()
                && lines.isWhole()
                && (statusCode() >= 0 || uriEnd() > 0);
    }

    @Override
    public Outcome parse(MemorySegment bytes, long offset, long limit, FieldSink fields) {
        lines.wrap(bytes, offset, limit);
        if (!lines.next()) {
            return Outcome.NOT_MINE;
        }
        int code = statusCode();
        long uriEnd = uriEnd();
        if (code >= 0) {
            fields.add("sip.Status-Code", code);
        } else if (uriEnd > 0) {
            long method = lines.indexOf(' ', lines.start(), uriEnd);
            fields.add("sip.Method", lines.text(lines.start(), method));
            fields.add("sip.r-uri", lines.text(method + 1, uriEnd));
        } else {
            return Outcome.NOT_MINE;
        }
        return Outcome.DONE;
    }

    private int statusCode() {
        return lines.has(VERSION + " ", lines.start())
                ? lines.replyCode(lines.start() + VERSION.length() + 1, " ")
                : -1;
    }

    /// Where the URI of a request line ends; -1 if it is none.
    private long uriEnd() {
        long version = lines.end() - VERSION.length();
        long method = lines.indexOf(' ', lines.start(), lines.end());
        boolean request =
                lines.has(VERSION, version)
                        && method > lines.start()
                        && method + 1 < version - 1
                        && lines.at(version - 1) == ' ';
        return request ? version - 1 : -1;
    }
}
