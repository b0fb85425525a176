package headgate.flow.app;

import java.lang.foreign.MemorySegment;

/// A parser of an application whose messages cannot all be read alone: it reads them knowing what
/// was said before in the conversation, and notes there what will be of use.
interface ConversationalParser extends ApplicationParser {
    @Override
    Outcome parse(
            MemorySegment bytes,
            long offset,
            long limit,
            Conversation conversation,
            FieldSink fields);

    /// As the first that is heard of a conversation, and from the client.
    @Override
    default Outcome parse(MemorySegment bytes, long offset, long limit, FieldSink fields) {
        return parse(bytes, offset, limit, new Conversation(), fields);
    }
}
