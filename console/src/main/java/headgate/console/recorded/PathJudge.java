package headgate.console.recorded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Holds the model against everything that was recorded.
public final class PathJudge {
    private PathJudge() {}

    /// Every recorded run of a directory: those of backlogs, then those of capture sockets, each by
    /// name of the case. Nothing is left out and nothing fitted to a case.
    ///
    /// @throws IOException that names the file, if the directory has no runs, or one cannot be read
    public static List<JudgedRun> judge(Path directory) throws IOException {
        var judged = new ArrayList<>(BacklogJudge.judge(directory));
        judged.addAll(TapJudge.judge(directory));
        if (judged.isEmpty()) {
            throw new IOException(directory + ": no recorded runs of a receive path");
        }
        return judged;
    }
}
