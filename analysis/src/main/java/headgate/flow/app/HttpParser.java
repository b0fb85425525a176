package headgate.flow.app;

import headgate.packet.IpProtocol;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/// HTTP/1 requests and responses, RFC 9112; over UDP those of SSDP.
final class HttpParser implements ApplicationParser {
    /// The methods of RFC 9110, WebDAV and UPnP; one of these is believed without a version, which
    /// may be in a later segment.
    private static final Set<String> METHODS =
            Set.of(
                    "GET",
                    "HEAD",
                    "POST",
                    "PUT",
                    "DELETE",
                    "CONNECT",
                    "OPTIONS",
                    "TRACE",
                    "PATCH",
                    "PROPFIND",
                    "PROPPATCH",
                    "MKCOL",
                    "COPY",
                    "MOVE",
                    "LOCK",
                    "UNLOCK",
                    "REPORT",
                    "SEARCH",
                    "NOTIFY",
                    "M-SEARCH",
                    "SUBSCRIBE",
                    "UNSUBSCRIBE");

    private static final int LONGEST_METHOD = 24;
    private static final String VERSION = "HTTP/1.";
    private static final long UNKNOWN = -1;

    private final Application application;
    private final int protocol;
    private final TextLines lines = new TextLines();

    // Of the message at hand.
    private boolean hasNoBody;
    private long bodyLength;
    private boolean bodyToTheEnd;

    HttpParser(Application application, int protocol) {
        this.application = application;
        this.protocol = protocol;
    }

    @Override
    public Application application() {
        return application;
    }

    @Override
    public int protocol() {
        return protocol;
    }

    /// A whole request or status line.
    @Override
    public boolean recognises(MemorySegment bytes, long offset, long limit) {
        lines.wrap(bytes, offset, limit);
        if (!isOfMethod(lines.peek()) || !lines.next()) {
            return false;
        }
        return isStatusLine()
                || lines.isWhole()
                        && methodLength() > 0
                        && hasVersionAtItsEnd()
                        && (protocol == IpProtocol.TCP || isKnownMethod());
    }

    @Override
    public Outcome parse(MemorySegment bytes, long offset, long limit, FieldSink fields) {
        lines.wrap(bytes, offset, limit);
        Outcome outcome = Outcome.NOT_MINE;
        while (lines.next() && isStartLine()) {
            readStartLine(fields);
            outcome = readHeaders(fields) ? Outcome.DONE : Outcome.NEED_MORE;
            if (outcome == Outcome.NEED_MORE
                    || bodyToTheEnd
                    || bodyLength > limit - lines.nextStart()) {
                return outcome;
            }
            lines.wrap(bytes, lines.nextStart() + bodyLength, limit);
        }
        return outcome;
    }

    private boolean isStartLine() {
        if (isStatusLine()) {
            return true;
        }
        return methodLength() > 0
                && (protocol == IpProtocol.TCP && hasVersionAtItsEnd() || isKnownMethod());
    }

    /// Over UDP others write requests of their own with a version of HTTP, as BitTorrent does.
    private boolean isKnownMethod() {
        return METHODS.contains(lines.text(lines.start(), lines.start() + methodLength()));
    }

    private boolean isStatusLine() {
        return lines.has(VERSION, lines.start()) && statusCode() >= 0;
    }

    private int statusCode() {
        return lines.replyCode(lines.start() + VERSION.length() + 2, " ");
    }

    /// Capitals, hyphens and underscores up to a blank with something after it; 0 if there are
    /// none.
    private int methodLength() {
        long most = Math.min(lines.end(), lines.start() + LONGEST_METHOD);
        long at = lines.start();
        while (at < most && isOfMethod(lines.at(at))) {
            at++;
        }
        boolean blank = at < most && at + 1 < lines.end() && lines.at(at) == ' ';
        return blank ? (int) (at - lines.start()) : 0;
    }

    private static boolean isOfMethod(int character) {
        return character >= 'A' && character <= 'Z' || character == '-' || character == '_';
    }

    private boolean hasVersionAtItsEnd() {
        long version = lines.end() - VERSION.length() - 1;
        return lines.has(VERSION, version) && lines.at(version - 1) == ' ';
    }

    private void readStartLine(FieldSink fields) {
        if (isStatusLine()) {
            int code = statusCode();
            fields.add("http.response.code", code);
            hasNoBody = code < 200 || code == 204 || code == 304;
            bodyLength = hasNoBody ? 0 : UNKNOWN;
        } else {
            long method = lines.start() + methodLength();
            long uri = method + 1;
            fields.add("http.request.method", lines.text(lines.start(), method));
            fields.add("http.request.uri", lines.text(uri, lines.indexOf(' ', uri, lines.end())));
            hasNoBody = false;
            bodyLength = 0;
        }
        bodyToTheEnd = false;
    }

    /// Reads up to the empty line; false if it is not there.
    private boolean readHeaders(FieldSink fields) {
        while (lines.next()) {
            if (lines.isEmpty() && lines.isWhole()) {
                bodyToTheEnd |= bodyLength == UNKNOWN;
                return true;
            }
            readHeader(fields);
        }
        return false;
    }

    private void readHeader(FieldSink fields) {
        if (lines.beginsWithIgnoringCase("host:")) {
            fields.add("http.host", value("host:"));
        } else if (lines.beginsWithIgnoringCase("user-agent:")) {
            fields.add("http.user_agent", value("user-agent:"));
        } else if (lines.beginsWithIgnoringCase("content-type:")) {
            fields.add("http.content_type", value("content-type:"));
        } else if (lines.beginsWithIgnoringCase("server:")) {
            fields.add("http.server", value("server:"));
        } else if (lines.beginsWithIgnoringCase("content-length:")) {
            readLength(value("content-length:"));
        } else if (lines.beginsWithIgnoringCase("transfer-encoding:")) {
            // Chunks are not followed.
            bodyToTheEnd = true;
        }
    }

    private String value(String header) {
        return lines.text(lines.start() + header.length(), lines.end());
    }

    private void readLength(String digits) {
        boolean number = !digits.isEmpty() && digits.length() < 16;
        for (int i = 0; number && i < digits.length(); i++) {
            number = digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
        }
        bodyToTheEnd |= !number;
        bodyLength = number && !hasNoBody ? Long.parseLong(digits) : bodyLength;
    }
}
