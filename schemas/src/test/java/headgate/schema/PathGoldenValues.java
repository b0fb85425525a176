package headgate.schema;

import java.nio.file.Path;

/// Makes the golden values of the receive path's codecs; argument: `src/test/resources`. It refuses
/// to touch those that are there: a golden value never changes.
final class PathGoldenValues {
    private PathGoldenValues() {}

    public static void main(String[] arguments) {
        Path resources = Path.of(arguments[0]);
        CodecContract.makeGolden(
                resources,
                "path-stats-1",
                PathStatsCodec.SCHEMA,
                PathStatsCodec.write("gw1", PathCodecsTest.STATS));
        CodecContract.makeGolden(
                resources,
                "path-fates-1",
                PathFatesCodec.SCHEMA,
                PathFatesCodec.write("gw1", "eth0", "linux-6", PathCodecsTest.drops()));
        CodecContract.makeGolden(
                resources,
                "profile-1",
                ProfileCodec.SCHEMA,
                ProfileCodec.write(PathCodecsTest.PROFILE));
    }
}
