package headgate.schema;

import headgate.softnet.SoftnetProfile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.Schema;

/// [WhatIf] ⇄ values of the topic `profiles` (`profile.avsc`).
public final class ProfileCodec {
    public static final Schema SCHEMA = SchemaFiles.load("profile");

    private static final AvroFraming FRAMING = new AvroFraming(SCHEMA);

    private ProfileCodec() {}

    public static byte[] write(WhatIf whatIf) {
        return FRAMING.write(out -> {
            out.writeString(whatIf.name());
            writeTexts(out, whatIf.softnet() == null ? Map.of() : whatIf.softnet().settings());
            out.writeString(whatIf.agent());
            writeTexts(out, whatIf.documents());
        });
    }

    /// Pairs of texts: settings, or documents.
    static void writeTexts(AvroOutput out, Map<String, String> texts) throws IOException {
        out.setItemCount(texts.size());
        for (var text : texts.entrySet()) {
            out.writeString(text.getKey());
            out.writeString(text.getValue());
        }
        out.writeArrayEnd();
    }

    /// @throws UnreadableValueException when the value is no profile, or one that cannot be; the
    ///   message says which setting and what is allowed
    public static WhatIf read(byte[] value) {
        return FRAMING.read(
                value,
                in -> {
                    String name = in.readString();
                    Map<String, String> settings = readTexts(in);
                    String agent = in.readString();
                    SortedMap<String, String> documents = new TreeMap<>(readTexts(in));
                    try {
                        boolean hasPath = !settings.isEmpty() || documents.isEmpty();
                        return new WhatIf(
                                name,
                                hasPath ? SoftnetProfile.of(name, settings) : null,
                                agent,
                                documents);
                    } catch (IllegalArgumentException e) {
                        throw new UnreadableValueException(
                                "profile '%s': %s".formatted(name, e.getMessage()));
                    }
                });
    }

    static Map<String, String> readTexts(AvroInput in) {
        var texts = new LinkedHashMap<String, String>();
        for (long left = in.readArrayStart(); left > 0; left = in.arrayNext()) {
            for (; left > 0; left--) {
                texts.put(in.readString(), in.readString());
            }
        }
        return texts;
    }
}
