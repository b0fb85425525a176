package headgate.schema;

import headgate.softnet.PathStats;

/// What the path of one agent's host did with the arrivals of one capture point; `path-stats.avsc`
/// says what each field means.
public record AgentPathStats(String agent, String capturePoint, PathStats stats) {}
