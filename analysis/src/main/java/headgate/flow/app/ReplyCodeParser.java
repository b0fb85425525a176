package headgate.flow.app;

import headgate.packet.IpProtocol;
import java.lang.foreign.MemorySegment;

/// Applications in which a client sends commands in lines and a server answers with three digits
/// and a text: FTP (RFC 959) and SMTP (RFC 5321). Read is the first line; at the start of a
/// connection that is the greeting of the server, and EHLO or USER of the client.
final class ReplyCodeParser implements ApplicationParser {
    private final Application application;
    private final Names names;
    private final int shortestCommand;
    private final int longestCommand;
    private final String greeting;
    private final TextLines lines = new TextLines();

    private record Names(String command, String argument, String code, String text) {}

    private ReplyCodeParser(
            Application application,
            Names names,
            int shortestCommand,
            int longestCommand,
            String greeting) {
        this.application = application;
        this.names = names;
        this.shortestCommand = shortestCommand;
        this.longestCommand = longestCommand;
        this.greeting = greeting;
    }

    static ReplyCodeParser ftp() {
        return new ReplyCodeParser(
                Application.FTP,
                new Names(
                        "ftp.request.command",
                        "ftp.request.arg",
                        "ftp.response.code",
                        "ftp.response.arg"),
                3,
                4,
                "FTP");
    }

    static ReplyCodeParser smtp() {
        return new ReplyCodeParser(
                Application.SMTP,
                new Names(
                        "smtp.req.command",
                        "smtp.req.parameter",
                        "smtp.response.code",
                        "smtp.rsp.parameter"),
                4,
                8,
                "SMTP");
    }

    @Override
    public Application application() {
        return application;
    }

    @Override
    public int protocol() {
        return IpProtocol.TCP;
    }

    /// A greeting that names the protocol; that alone tells the two apart.
    @Override
    public boolean recognises(MemorySegment bytes, long offset, long limit) {
        lines.wrap(bytes, offset, limit);
        return lines.peek() == '2'
                && lines.next()
                && lines.isWhole()
                && lines.replyCode(lines.start(), " -") == 220
                && lines.contains(greeting);
    }

    @Override
    public Outcome parse(MemorySegment bytes, long offset, long limit, FieldSink fields) {
        lines.wrap(bytes, offset, limit);
        if (!lines.next()) {
            return Outcome.NOT_MINE;
        }
        int code = lines.replyCode(lines.start(), " -");
        if (code >= 0) {
            fields.add(names.code, code);
            addText(names.text, lines.start() + 4, fields);
        } else {
            long end = lines.start() + commandLength();
            if (end == lines.start()) {
                return Outcome.NOT_MINE;
            }
            fields.add(names.command, lines.text(lines.start(), end));
            addText(names.argument, end + 1, fields);
        }
        return lines.isWhole() ? Outcome.DONE : Outcome.NEED_MORE;
    }

    private void addText(String field, long from, FieldSink fields) {
        if (from < lines.end()) {
            fields.add(field, lines.text(from, lines.end()));
        }
    }

    /// Letters up to a blank or the end of the line; 0 if that is no command.
    private int commandLength() {
        long end = lines.indexOf(' ', lines.start(), lines.end());
        long length = end - lines.start();
        if (length < shortestCommand || length > longestCommand) {
            return 0;
        }
        for (long at = lines.start(); at < end; at++) {
            int letter = lines.at(at) | 0x20;
            if (letter < 'a' || letter > 'z') {
                return 0;
            }
        }
        return (int) length;
    }
}
