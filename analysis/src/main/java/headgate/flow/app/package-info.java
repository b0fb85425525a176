/// What hosts say to each other above TCP and UDP: which application it is, and what the first
/// message of each side tells in clear text.
///
/// [ApplicationDecoder] is the one door. It asks each [ApplicationParser] whether the bytes prove
/// to be its own, and only then goes by the port. Parsers hand what they read to a [FieldSink]
/// under tshark's field names; `docs/decoding.md` lists them.
///
/// A parser reads messages, not conversations; what must be known of earlier frames to read the one
/// at hand is in its [Conversation], of which [ConversationMemory] keeps the last ones.
///
/// To add an application: append it to [Application] with its ports, write `XxxParser` beside
/// [NtpParser] (one class per protocol, all of its reading in it), add it to
/// [ApplicationDecoder#PARSERS], and write `XxxParserTest` with annotated hex; that bytes cannot
/// harm a parser is then tested by `ApplicationParserProperties`, which takes all that are listed.
package headgate.flow.app;
