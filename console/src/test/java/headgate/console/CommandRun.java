package headgate.console;

import java.io.PrintWriter;
import java.io.StringWriter;

/// One run of the command line inside the test: what it printed and how it ended.
record CommandRun(int status, String out, String err) {
    static CommandRun of(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int status =
                Headgate.commandLine(arguments)
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(arguments);
        return new CommandRun(status, out.toString(), err.toString());
    }
}
