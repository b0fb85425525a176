/// What is wrong with the traffic, on what evidence, and what to do about it.
///
/// [headgate.finding.FlowEvidence] collects from [headgate.flow.join.FlowStep]s what speaks for
/// each suspicion, by subject and minute; [headgate.finding.EvidenceJudge] adds up what several
/// collected and makes [headgate.finding.Finding]s of what passes its threshold. To add a kind:
/// write a `Detector` beside `SynFlood`, give it one line in `Detectors`, its threshold a component
/// of [headgate.finding.FindingThresholds], and a row in `docs/flows.md`.
package headgate.finding;
