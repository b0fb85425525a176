package headgate.flow.app;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Opens the Initial packets of one side of a connection. Their keys follow from the Destination
/// Connection ID of the client's first packet, so anyone who sees it can read them: RFC 9001
/// sections 5.1 to 5.4 and 9369 section 3.3.
final class QuicInitialKeys {
    private static final int SECRET_LENGTH = 32;
    private static final int KEY_LENGTH = 16;
    private static final int IV_LENGTH = 12;
    private static final int TAG_LENGTH = 16;
    private static final int SAMPLE_LENGTH = 16;

    /// The sample begins where the payload would if the packet number had its greatest length.
    private static final int MAX_PACKET_NUMBER_LENGTH = 4;

    private final byte[] key;
    private final byte[] iv;
    private final byte[] headerProtectionKey;

    private QuicInitialKeys(QuicVersion version, byte[] connectionId, String side) {
        byte[] initialSecret = hmac(version.initialSalt(), connectionId);
        byte[] secret = expandLabel(initialSecret, side, SECRET_LENGTH);
        key = expandLabel(secret, version.label("key"), KEY_LENGTH);
        iv = expandLabel(secret, version.label("iv"), IV_LENGTH);
        headerProtectionKey = expandLabel(secret, version.label("hp"), KEY_LENGTH);
    }

    /// Of the packets that the client sends.
    ///
    /// @param connectionId the Destination Connection ID of the client's first Initial packet
    static QuicInitialKeys client(QuicVersion version, byte[] connectionId) {
        return new QuicInitialKeys(version, connectionId, "client in");
    }

    /// Of the packets that the server sends.
    ///
    /// @param connectionId the Destination Connection ID of the client's first Initial packet
    static QuicInitialKeys server(QuicVersion version, byte[] connectionId) {
        return new QuicInitialKeys(version, connectionId, "server in");
    }

    byte[] key() {
        return key.clone();
    }

    byte[] iv() {
        return iv.clone();
    }

    byte[] headerProtectionKey() {
        return headerProtectionKey.clone();
    }

    /// The frames of an Initial packet in the clear; null if it is too short to be one or was not
    /// protected with these keys.
    ///
    /// @param packet placed on an Initial packet of these keys' version
    byte[] open(MemorySegment bytes, QuicLongHeaderView packet) {
        int headerLength = (int) (packet.packetNumber() - packet.start());
        byte[] whole =
                bytes.asSlice(packet.start(), packet.end() - packet.start())
                        .toArray(ValueLayout.JAVA_BYTE);
        int sample = headerLength + MAX_PACKET_NUMBER_LENGTH;
        if (whole.length < sample + SAMPLE_LENGTH) {
            return null;
        }
        try {
            byte[] mask = mask(whole, sample);
            whole[0] ^= (byte) (mask[0] & 0x0f);
            int packetNumberLength = (whole[0] & 3) + 1;
            for (int i = 0; i < packetNumberLength; i++) {
                whole[headerLength + i] ^= mask[1 + i];
            }
            return decrypt(whole, headerLength, headerLength + packetNumberLength);
        } catch (AEADBadTagException e) {
            return null;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES", e);
        }
    }

    private byte[] mask(byte[] packet, int sample) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/ECB/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(headerProtectionKey, "AES"));
        return cipher.doFinal(packet, sample, SAMPLE_LENGTH);
    }

    /// The packet number counts as whole: no client sends so many Initial packets that it is cut.
    private byte[] decrypt(byte[] packet, int packetNumber, int payload)
            throws GeneralSecurityException {
        byte[] nonce = iv.clone();
        for (int i = packetNumber, at = IV_LENGTH - (payload - packetNumber); i < payload; i++) {
            nonce[at++] ^= packet[i];
        }
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                Cipher.DECRYPT_MODE,
                new SecretKeySpec(key, "AES"),
                new GCMParameterSpec(TAG_LENGTH * Byte.SIZE, nonce));
        cipher.updateAAD(packet, 0, payload);
        return cipher.doFinal(packet, payload, packet.length - payload);
    }

    /// HKDF-Expand-Label with an empty context, RFC 8446 section 7.1; one block is always enough.
    private static byte[] expandLabel(byte[] secret, String label, int length) {
        byte[] name = ("tls13 " + label).getBytes(StandardCharsets.US_ASCII);
        var info =
                ByteBuffer.allocate(2 + 1 + name.length + 1 + 1)
                        .putShort((short) length)
                        .put((byte) name.length)
                        .put(name)
                        .put((byte) 0)
                        .put((byte) 1);
        return Arrays.copyOf(hmac(secret, info.array()), length);
    }

    /// HKDF-Extract is just this, RFC 5869 section 2.2; HKDF-Expand one block after another of it.
    private static byte[] hmac(byte[] key, byte[] input) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }
}
