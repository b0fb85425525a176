package headgate.capture;

import headgate.schema.Ledger;

/// Is told how a capture agent in this process gets on. Called on the agent's own threads: answer
/// quickly.
public interface AgentListener {
    /// Once a second, and a last time when everything is acknowledged.
    default void onLedger(Ledger ledger, SourceStatistics source) {}

    /// Something that a person should know: a broker is away, or is there again.
    default void onNotice(String notice) {}
}
