/// What `headgate flows` can say of records: its fields and tests on them, and the formats of other
/// tools.
///
/// A new field is one line in [headgate.console.flows.FlowField]; it is then a column, a JSON key,
/// a sort key and a name in `--where`. A new format takes one record after the other and has its
/// mapping in `docs/flows.md`.
package headgate.console.flows;
