package headgate.console;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "validate",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "WHAT",
        description =
                "Hold what Headgate says against what other tools, or a real kernel, say of the"
                        + " same input.",
        subcommands = {
            ValidateDecodeCommand.class,
            ValidatePathCommand.class,
            ValidateForwardCommand.class
        },
        footer = {
            "",
            "  headgate validate decode day.pcap",
            "  headgate validate path cases",
            "  headgate validate forward cases/forwarding",
            "  headgate validate forward --live"
        })
final class ValidateCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "validate what?");
    }
}
