package headgate.flow;

/// What became of a conversation, in the words of Zeek's `conn_state` (conn.log). The order is part
/// of the wire format: append, never reorder.
public enum ConnState {
    /// TCP: SYN seen, no answer. UDP: only the originator sent.
    S0,
    /// TCP: established, not closed.
    S1,
    /// TCP: established, originator closed, no answer to that.
    S2,
    /// TCP: established, responder closed, no answer to that.
    S3,
    /// TCP: established and closed by both. UDP: both sides sent.
    SF,
    /// TCP: the attempt was reset by the responder.
    REJ,
    /// TCP: the originator reset an established connection.
    RSTO,
    /// TCP: the responder reset an established connection.
    RSTR,
    /// TCP: the originator sent SYN and then RST; nothing was seen of the responder.
    RSTOS0,
    /// TCP: the responder sent SYN/ACK and then RST; nothing was seen of the originator.
    RSTRH,
    /// TCP: the originator sent SYN and then FIN; no SYN/ACK was seen.
    SH,
    /// TCP: the responder sent SYN/ACK and then FIN; no SYN was seen. UDP: only the responder sent.
    SHR,
    /// Anything else: a connection taken up in the middle, other protocols.
    OTH
}
