package headgate.schema;

import headgate.softnet.SoftnetProfile;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.Schema;

/// [SoftnetProfile] ⇄ values of the topic `profiles` (`profile.avsc`).
public final class ProfileCodec {
    public static final Schema SCHEMA = SchemaFiles.load("profile");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);

    private ProfileCodec() {}

    public static byte[] write(SoftnetProfile profile) {
        return FRAMING.write(out -> {
            Map<String, String> settings = profile.settings();
            out.writeString(profile.name());
            out.setItemCount(settings.size());
            settings.forEach((key, value) -> {
                out.writeString(key);
                out.writeString(value);
            });
            out.writeArrayEnd();
        });
    }

    /// @throws UnreadableValueException when the value is no profile, or one that cannot be; the
    ///   message says which setting and what is allowed
    public static SoftnetProfile read(byte[] value) {
        return FRAMING.read(
                value,
                in -> {
                    String name = in.readString();
                    Map<String, String> settings = readSettings(in);
                    try {
                        return SoftnetProfile.of(name, settings);
                    } catch (IllegalArgumentException e) {
                        throw new UnreadableValueException(
                                "profile '%s': %s".formatted(name, e.getMessage()));
                    }
                });
    }

    private static Map<String, String> readSettings(AvroInput in) {
        var settings = new LinkedHashMap<String, String>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                settings.put(in.readString(), in.readString());
            }
        }
        return settings;
    }
}
