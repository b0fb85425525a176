package headgate.flow.app;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Initial packets of version 1 as one side sends them: RFC 9001 sections 5.3 and 5.4.
final class QuicSealed {
    private static final int TAG_LENGTH = 16;

    private final QuicInitialKeys keys;
    private int packetNumber;
    private int offset;

    QuicSealed(QuicInitialKeys keys) {
        this.keys = keys;
    }

    /// The next packet, with the next bytes of the handshake in one CRYPTO frame.
    byte[] initial(byte[] destinationId, byte[] sourceId, byte[] message) {
        var frame = new ByteArrayOutputStream();
        frame.write(0x06);
        varint(frame, offset);
        varint(frame, message.length);
        frame.writeBytes(message);
        offset += message.length;

        var header = new ByteArrayOutputStream();
        header.writeBytes(Said.hex("c0 00000001")); // Initial, one byte of packet number
        header.write(destinationId.length);
        header.writeBytes(destinationId);
        header.write(sourceId.length);
        header.writeBytes(sourceId);
        header.write(0); // no token
        varint(header, 1 + frame.size() + TAG_LENGTH);
        header.write(packetNumber++);
        return sealed(header.toByteArray(), frame.toByteArray());
    }

    /// RFC 9000 section 16, in two bytes.
    private static void varint(ByteArrayOutputStream out, int value) {
        out.write(0x40 | value >>> 8);
        out.write(value);
    }

    private byte[] sealed(byte[] header, byte[] frames) {
        try {
            byte[] nonce = keys.iv();
            nonce[nonce.length - 1] ^= header[header.length - 1];
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(keys.key(), "AES"),
                    new GCMParameterSpec(TAG_LENGTH * Byte.SIZE, nonce));
            cipher.updateAAD(header);
            byte[] payload = cipher.doFinal(frames);

            var masks = Cipher.getInstance("AES/ECB/NoPadding");
            masks.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(keys.headerProtectionKey(), "AES"));
            // The packet number has one byte, and the sample begins as if it had four.
            byte[] mask = masks.doFinal(payload, 3, 16);
            header[0] ^= (byte) (mask[0] & 0x0f);
            header[header.length - 1] ^= mask[1];

            var packet = new ByteArrayOutputStream();
            packet.writeBytes(header);
            packet.writeBytes(payload);
            return packet.toByteArray();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES", e);
        }
    }
}
