package headgate.forwarding.syntax;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.ObjectMapper;

/// JSON as documents of a snapshot may be: nested, long and large within limits.
public final class SnapshotJson {
    public static final ObjectMapper MAPPER =
            new ObjectMapper(
                    JsonFactory.builder()
                            .streamReadConstraints(
                                    StreamReadConstraints.builder()
                                            .maxNestingDepth(200)
                                            .maxStringLength(1 << 20)
                                            .maxNumberLength(100)
                                            .maxDocumentLength(1L << 31)
                                            .build())
                            .build());

    private SnapshotJson() {}
}
