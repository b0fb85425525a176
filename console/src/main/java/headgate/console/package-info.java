/// What people touch: the `headgate` command.
///
/// To add a command: write `XxxCommand` beside the others with its flags as its only documentation,
/// register it in one line of [Headgate], and test it in `XxxCommandTest`, which runs it and checks
/// text and exit status. Commands that look at traffic take it through [TrafficOptions] and print
/// through [OutputOptions].
package headgate.console;
