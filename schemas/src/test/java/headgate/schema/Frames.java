package headgate.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;

import headgate.packet.Frame;
import headgate.packet.FrameDecoder;
import headgate.packet.Layer;
import headgate.packet.LinkType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Frames of every kind that the decoder knows, and what makes two of them equal.
final class Frames {
    private Frames() {}

    /// One packet of each kind in annotated hex, decoded.
    static Map<String, Frame> ofAllKinds() {
        var frames = new LinkedHashMap<String, Frame>();
        frames.put(
                "TCP with all options",
                ethernet(
                        """
                        08 00
                        45 10 00 40  12 34 40 00  3f 06 be ef  0a 01 02 03  c0 a8 00 09
                        c3 50 01 bb  ff ff ff fe  80 00 00 00  a0 c2 fa f0  12 34 00 07
                        02 04 05 b4  04 02  08 0a ff 00 00 01 80 00 00 02  01 03 03 07
                        68 65 6c 6c
                        """));
        frames.put(
                "UDP in two VLANs",
                ethernet(
                        """
                        88 a8 60 64  81 00 f0 0a  08 00
                        45 00 00 1e  00 01 00 00  40 11 00 00  0a 01 02 03  ff ff ff ff
                        00 44 00 43  00 0a 00 00  01 02
                        """));
        frames.put(
                "ICMP echo",
                ethernet(
                        """
                        08 00
                        45 00 00 1c  00 01 00 00  40 01 00 00  0a 01 02 03  0a 01 02 04
                        08 00 ab cd  12 34 00 01
                        """));
        frames.put(
                "ICMP unreachable",
                ethernet(
                        """
                        08 00
                        45 00 00 1c  00 01 00 00  40 01 00 00  0a 01 02 03  0a 01 02 04
                        03 01 ab cd  00 00 00 00
                        """));
        frames.put(
                "IGMP report",
                ethernet(
                        """
                        08 00
                        46 c0 00 20  00 00 40 00  01 02 00 00  0a 01 02 03  e0 00 00 fb
                        94 04 00 00
                        16 00 09 04  e0 00 00 fb
                        """));
        frames.put(
                "first fragment",
                ethernet(
                        """
                        08 00
                        45 00 00 1c  ff ff 20 00  40 11 00 00  0a 01 02 03  0a 01 02 04
                        00 35 c0 00  10 00 00 00
                        """));
        frames.put(
                "later fragment",
                ethernet(
                        """
                        08 00
                        45 00 00 1c  ff ff 20 b9  40 11 00 00  0a 01 02 03  0a 01 02 04
                        01 02 03 04  05 06 07 08
                        """));
        frames.put(
                "IPv6 fragment behind hop-by-hop options",
                ethernet(
                        """
                        86 dd
                        6a 51 23 45  00 18 00 40
                        20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 01
                        fe 80 00 00 00 00 00 00  ff ff ff ff ff ff ff ff
                        2c 00 05 02  00 00 00 00
                        11 00 00 01  f0 00 00 01
                        00 35 c0 00  10 00 00 00
                        """));
        frames.put(
                "ICMPv6 echo",
                ethernet(
                        """
                        86 dd
                        60 00 00 00  00 08 3a ff
                        20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 01
                        20 01 0d b8 00 00 00 00  00 00 00 00 00 00 00 02
                        80 00 12 34  00 07 00 09
                        """));
        frames.put(
                "ARP request",
                ethernet(
                        """
                        08 06
                        00 01 08 00 06 04 00 01  02 00 00 00 00 01 0a 01 02 03
                        00 00 00 00 00 00 0a 01 02 04
                        """));
        frames.put(
                "cut TCP header",
                ethernet(
                        """
                        08 00
                        45 00 00 28  12 34 40 00  40 06 be ef  0a 01 02 03  c0 a8 00 09
                        c3 50 01 bb  00 00 00 01
                        """));
        frames.put(
                "IPv4 header that is too short by its own word",
                ethernet(
                        """
                        08 00
                        44 00 00 28  12 34 40 00  40 06 be ef  0a 01 02 03  c0 a8 00 09
                        """));
        frames.put("version 5", ethernet("08 00  55 00 00 28 12 34 40 00 40 06 be ef 0a 01 02 03"));
        frames.put("unknown EtherType", ethernet("88 b5  01 02 03 04"));
        frames.put("802.3 with LLC", ethernet("00 03  42 42 03"));
        frames.put("no byte at all", decoded(LinkType.ETHERNET, ""));
        frames.put(
                "Linux cooked",
                decoded(
                        LinkType.LINUX_SLL,
                        """
                        00 04 00 01 00 06  02 00 00 00 00 01 00 00  08 00
                        45 00 00 1c  00 01 00 00  40 01 00 00  0a 01 02 03  0a 01 02 04
                        00 00 ab cd  12 34 00 01
                        """));
        frames.put(
                "Linux cooked without an address",
                decoded(LinkType.LINUX_SLL, "00 00 03 04 00 00  00 00 00 00 00 00 00 00  08 00"));
        frames.put(
                "raw IPv4",
                decoded(
                        LinkType.RAW,
                        "45 00 00 14  00 01 00 00  40 fd 00 00  0a 01 02 03  0a 01 02 04"));
        frames.put(
                "SCTP in GRE",
                ethernet(
                        """
                        08 00
                        45 00 00 3c  00 01 00 00  40 2f 00 00  0a 01 02 03  0a 01 02 04
                        20 00 08 00  00 00 00 2a
                        45 00 00 20  00 01 00 00  40 84 00 00  c0 00 02 01  c0 00 02 02
                        c3 50 0b 59  de ad be ef  fe dc ba 98
                        """));
        Frame own = ethernet("08 00");
        own.packetType = 4;
        frames.put("sent by the host itself", own);
        return frames;
    }

    private static Frame ethernet(String fromTypeOn) {
        return decoded(LinkType.ETHERNET, "02 00 00 00 00 02  fe ff ff ff ff ff " + fromTypeOn);
    }

    static Frame decoded(int linkType, String hex) {
        return decoded(linkType, HexFormat.of().parseHex(hex.replaceAll("\\s", "")));
    }

    static Frame decoded(int linkType, byte[] bytes) {
        var frame = new Frame();
        frame.bytes = MemorySegment.ofArray(bytes);
        frame.start = 0;
        frame.linkType = linkType;
        frame.lengthCaptured = bytes.length;
        frame.lengthOnWire = bytes.length + 4;
        frame.arrivalNanos = 1_700_000_000_123_456_789L;
        frame.interfaceId = 3;
        new FrameDecoder().decode(frame);
        return frame;
    }

    /// Every public field and fact, the layers and the bytes.
    static void assertSame(String name, Frame expected, Frame actual) {
        assertEquals(facts(expected), facts(actual), name);
    }

    static Map<String, Object> facts(Frame frame) {
        var facts = new LinkedHashMap<String, Object>();
        for (Field field : Frame.class.getFields()) {
            boolean constant = Modifier.isStatic(field.getModifiers());
            if (!constant && !List.of("bytes", "start", "vlanTags").contains(field.getName())) {
                facts.put(field.getName(), value(field, frame));
            }
        }
        for (Method method : Frame.class.getDeclaredMethods()) {
            boolean isFact =
                    method.getParameterCount() == 0 && method.getReturnType() != void.class;
            if (isFact && Modifier.isPublic(method.getModifiers())) {
                facts.put(method.getName(), value(method, frame));
            }
        }
        for (int i = 0; i < frame.vlanCount; i++) {
            facts.put("vlanTags[" + i + "]", frame.vlanTags[i]);
        }
        facts.put("layers", layers(frame));
        byte[] bytes =
                frame.bytes
                        .asSlice(frame.start, frame.lengthCaptured)
                        .toArray(ValueLayout.JAVA_BYTE);
        facts.put("bytes", HexFormat.of().formatHex(bytes));
        return facts;
    }

    private static Object value(Field field, Frame frame) {
        try {
            return String.valueOf(field.get(frame));
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static Object value(Method method, Frame frame) {
        try {
            return String.valueOf(method.invoke(frame));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> layers(Frame frame) {
        var layers = new ArrayList<String>();
        for (int i = 0; i < frame.layerCount; i++) {
            Layer layer = frame.layer(i);
            layers.add(layer + "@" + frame.layerOffset(i));
        }
        return layers;
    }
}
