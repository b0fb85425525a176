package headgate.console;

import headgate.schema.WhatIf;
import headgate.softnet.SoftnetProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Puts a what-if beside the hosts as they are.
@Command(
        name = "put",
        mixinStandardHelpOptions = true,
        description = {
            "Let the stream processors see what would become of the traffic if hosts were set otherwise:",
            "a receive path (-p, --set), a rule set (-R), or both. It stays until it is deleted.",
            ""
        },
        footer = {
            "",
            "Example: headgate profile put deep --set backlog=4000 -b kafka1:9092",
            "         headgate profile put no-dns -R no-dns/ --agent gw1 -b kafka1:9092"
        })
final class ProfilePutCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "What answers are filed under.")
    private String name;

    @Option(
            names = {"-p", "--profile"},
            paramLabel = "PROFILE",
            description = "Where settings start from, as in headgate path (default: linux-6).")
    private String base;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Override a setting; headgate profile show lists them.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = {"-R", "--rules"},
            paramLabel = "DIR",
            description =
                    "Documents that take the place of the host's: route4.json, nft.json …; an empty"
                            + " file takes the host's away.")
    private Path rules;

    @Option(
            names = "--agent",
            paramLabel = "NAME",
            description = "Only the host of this agent (default: those of all agents).",
            defaultValue = "")
    private String agent;

    @Mixin private TopicOptions topic;

    @Override
    public Integer call() throws IOException, InterruptedException {
        WhatIf whatIf;
        try {
            whatIf =
                    new WhatIf(
                            name,
                            softnet(),
                            agent,
                            rules == null
                                    ? new TreeMap<>()
                                    : new TreeMap<>(HostTables.documents(rules)));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, e.getMessage());
        }
        return topic.apply(put -> put.put(whatIf), name + " is in force");
    }

    /// Null where only a rule set is given.
    private SoftnetProfile softnet() throws IOException {
        if (rules != null && base == null && settings.isEmpty()) {
            return null;
        }
        SoftnetProfile from =
                base == null ? SoftnetProfile.LINUX_6 : ProfileSource.of(base, null).base();
        return from.asking(settings);
    }
}
