package headgate.console;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Takes a what-if away again.
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Take a what-if of headgate profile put away again.")
final class ProfileDeleteCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "As it was put.")
    private String name;

    @Mixin private TopicOptions topic;

    @Override
    public Integer call() throws InterruptedException {
        return topic.apply(put -> put.delete(name), name + " is no more");
    }
}
