package headgate.flow.app;

import java.lang.foreign.MemorySegment;

/// Reads what one side says first in one application.
///
/// The bytes may be anything. A parser never throws, reads only from `offset` to before `limit`,
/// and its work is bounded by their number: names have a longest length, references are never
/// followed in a circle, counts are not believed beyond the bytes that are there. A parser may keep
/// scratch space from call to call, but nothing of the conversation: one is used for all of them,
/// by one thread.
public interface ApplicationParser {
    /// What the bytes turned out to be.
    enum Outcome {
        /// Not this application. Nothing was given to the sink.
        NOT_MINE,
        /// The beginning of a message. The sink has what could be read. In TCP the parser is called
        /// again with more of the same bytes, and gives all of it anew; in UDP with the next
        /// datagram of the side alone.
        NEED_MORE,
        /// All that is wanted of this side was read, or what follows makes no sense.
        DONE
    }

    Application application();

    /// IP protocol number of what carries it.
    int protocol();

    /// Whether these first bytes of a side are proof enough, whatever the port: a signature of some
    /// bytes, which other protocols do not begin with. False where only a port makes it likely.
    boolean recognises(MemorySegment bytes, long offset, long limit);

    /// Whether another application's messages look the same, so that the port tells which it is.
    default boolean hasFormOf(Application other) {
        return false;
    }

    /// Reads the messages that begin at `offset`.
    Outcome parse(MemorySegment bytes, long offset, long limit, FieldSink fields);

    /// As above, of a conversation; see [ConversationalParser].
    default Outcome parse(
            MemorySegment bytes,
            long offset,
            long limit,
            Conversation conversation,
            FieldSink fields) {
        return parse(bytes, offset, limit, fields);
    }
}
