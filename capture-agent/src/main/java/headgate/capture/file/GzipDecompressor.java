package headgate.capture.file;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Any number of gzip members, RFC 1952, and zeros after the last.
final class GzipDecompressor extends Decompressor {
    private enum Part {
        FIXED_HEADER,
        EXTRA_LENGTH,
        EXTRA,
        NAME,
        COMMENT,
        HEADER_CRC,
        BODY,
        TRAILER,
        PADDING
    }

    private static final int FIXED_HEADER_LENGTH = 10;
    private static final int TRAILER_LENGTH = 8;
    private static final long MAGIC_AND_DEFLATE = 0x088b1f;

    private static final int FHCRC = 2;
    private static final int FEXTRA = 4;
    private static final int FNAME = 8;
    private static final int FCOMMENT = 16;
    private static final int RESERVED = 0xe0;

    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private Part part = Part.FIXED_HEADER;

    /// Bytes of the part that were taken, and the first eight of them as a little-endian number.
    private int taken;

    private long value;
    private int flags;
    private int extraLength;
    private int members;

    GzipDecompressor(RawInput source) {
        super(source);
    }

    @Override
    void decompress(ByteBuffer target) {
        if (part == Part.BODY) {
            inflate(target);
        }
        while (part != Part.BODY && compressed.hasRemaining()) {
            take(compressed.get() & 0xff);
        }
    }

    @Override
    boolean isWhole() {
        return part == Part.PADDING || part == Part.FIXED_HEADER && taken == 0 && members > 0;
    }

    @Override
    String format() {
        return "gzip";
    }

    @Override
    void free() {
        inflater.end();
    }

    private void inflate(ByteBuffer target) {
        int start = target.position();
        inflater.setInput(compressed);
        try {
            inflater.inflate(target);
        } catch (DataFormatException e) {
            damaged(e.getMessage());
        }
        crc.update(target.duplicate().flip().position(start));
        if (inflater.finished()) {
            start(Part.TRAILER);
        } else if (inflater.needsDictionary()) {
            damaged("needs a dictionary");
        }
    }

    private void take(int octet) {
        if (taken < Long.BYTES) {
            value |= (long) octet << (Byte.SIZE * taken);
        }
        taken++;
        switch (part) {
            case FIXED_HEADER -> fixedHeader(octet);
            case EXTRA_LENGTH -> {
                if (taken == 2) {
                    extraLength = (int) value;
                    start(extraLength > 0 ? Part.EXTRA : afterExtra());
                }
            }
            case EXTRA -> startWhen(taken == extraLength, afterExtra());
            case NAME -> startWhen(octet == 0, afterName());
            case COMMENT -> startWhen(octet == 0, afterComment());
            case HEADER_CRC -> startWhen(taken == 2, Part.BODY);
            case TRAILER -> {
                if (taken == TRAILER_LENGTH) {
                    endMember();
                }
            }
            case PADDING -> {
                if (octet != 0) {
                    damaged("zeros end, but not the file");
                }
            }
            case BODY -> throw new IllegalStateException("the body is inflated");
        }
    }

    private void fixedHeader(int octet) {
        if (taken == 1 && octet == 0 && members > 0) {
            start(Part.PADDING);
        } else if (taken == 3 && value != MAGIC_AND_DEFLATE) {
            damaged(members == 0 ? "not compressed by deflate" : "what follows is not gzip");
        } else if (taken == FIXED_HEADER_LENGTH) {
            flags = (int) (value >>> 24) & 0xff;
            if ((flags & RESERVED) != 0) {
                damaged("unknown header flags %#x".formatted(flags));
            }
            start((flags & FEXTRA) != 0 ? Part.EXTRA_LENGTH : afterExtra());
        }
    }

    private Part afterExtra() {
        return (flags & FNAME) != 0 ? Part.NAME : afterName();
    }

    private Part afterName() {
        return (flags & FCOMMENT) != 0 ? Part.COMMENT : afterComment();
    }

    private Part afterComment() {
        return (flags & FHCRC) != 0 ? Part.HEADER_CRC : Part.BODY;
    }

    private void endMember() {
        long expectedCrc = value & 0xffffffffL;
        long expectedLength = value >>> 32;
        if (expectedCrc != crc.getValue()) {
            damaged("checksum is %08x, not %08x".formatted(crc.getValue(), expectedCrc));
        } else if (expectedLength != (inflater.getBytesWritten() & 0xffffffffL)) {
            damaged("length is not that of the trailer");
        }
        members++;
        inflater.reset();
        crc.reset();
        start(Part.FIXED_HEADER);
    }

    private void startWhen(boolean over, Part following) {
        if (over) {
            start(following);
        }
    }

    private void start(Part following) {
        part = following;
        taken = 0;
        value = 0;
    }
}
