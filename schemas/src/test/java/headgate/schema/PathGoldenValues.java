package headgate.schema;

import java.nio.file.Path;

/// Makes the golden values of the receive path's codecs; argument: this module's directory. It
/// refuses to touch those that are there: a golden value never changes.
final class PathGoldenValues {
    private PathGoldenValues() {}

    public static void main(String[] arguments) {
        Path module = Path.of(arguments[0]);
        CodecContract.makeGolden(
                module,
                "path-stats-1",
                PathStatsCodec.SCHEMA,
                PathStatsCodec.write(new AgentPathStats("gw1", "eth0", PathCodecsTest.STATS)));
        CodecContract.makeGolden(
                module,
                "path-stats-2",
                PathStatsCodec.SCHEMA,
                PathStatsCodec.write(new AgentPathStats("gw1", "eth0", PathCodecsTest.captured())));
        CodecContract.makeGolden(
                module,
                "path-fates-1",
                PathFatesCodec.SCHEMA,
                PathFatesCodec.write("gw1", "eth0", "linux-6", PathCodecsTest.drops()));
        CodecContract.makeGolden(
                module, "profile-2", ProfileCodec.SCHEMA, ProfileCodec.write(PathCodecsTest.RULES));
    }
}
