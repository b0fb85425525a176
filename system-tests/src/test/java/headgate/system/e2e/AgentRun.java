package headgate.system.e2e;

import headgate.capture.CaptureAgent;
import java.util.concurrent.CompletableFuture;

/// An agent at work beside the test.
final class AgentRun {
    private AgentRun() {}

    /// Runs the agent on a thread of its own until it ends or is stopped.
    static CompletableFuture<CaptureAgent.Outcome> start(CaptureAgent agent) {
        var run = new CompletableFuture<CaptureAgent.Outcome>();
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        run.complete(agent.run());
                    } catch (Exception e) {
                        run.completeExceptionally(e);
                    }
                });
        return run;
    }
}
