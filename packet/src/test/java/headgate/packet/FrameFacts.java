package headgate.packet;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.TreeMap;

/// All facts of a frame as text, for comparing frames in tests; a field or method added later is
/// compared too.
final class FrameFacts {
    private FrameFacts() {}

    static Map<String, String> of(Frame frame) {
        var facts = new TreeMap<String, String>();
        for (Field field : Frame.class.getFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && !field.getName().equals("bytes")) {
                facts.put(field.getName(), text(field, frame));
            }
        }
        for (Method method : Frame.class.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers()) && isFact(method)) {
                facts.put(method.getName(), text(method, frame));
            }
        }
        for (int i = 0; i < frame.layerCount; i++) {
            facts.put("layer " + i, frame.layer(i) + " at " + frame.layerOffset(i));
        }
        return facts;
    }

    private static String text(Field field, Frame frame) {
        try {
            return field.getName().equals("vlanTags")
                    ? vlanTags(frame)
                    : String.valueOf(field.get(frame));
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isFact(Method method) {
        return method.getParameterCount() == 0 && method.getReturnType() != void.class;
    }

    private static String text(Method method, Frame frame) {
        try {
            return String.valueOf(method.invoke(frame));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static String vlanTags(Frame frame) {
        var tags = new StringBuilder();
        for (int i = 0; i < frame.vlanCount; i++) {
            tags.append(Integer.toHexString(frame.vlanTags[i])).append(' ');
        }
        return tags.toString();
    }
}
