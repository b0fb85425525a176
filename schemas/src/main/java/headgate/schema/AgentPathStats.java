package headgate.schema;

import headgate.softnet.PathStats;

/// What the modelled path of one agent's host did; `path-stats.avsc` says what each field means.
public record AgentPathStats(String agent, PathStats stats) {}
