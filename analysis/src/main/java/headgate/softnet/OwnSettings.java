package headgate.softnet;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What is set for single interfaces of a host, by their names: there the host's own value of that
/// setting does not hold.
///
/// @param byName without interfaces that have nothing of their own; values are those of
///   [ProfileKey#parse]
public record OwnSettings(Map<String, Map<ProfileKey, Object>> byName) {
    static final OwnSettings NONE = new OwnSettings(Map.of());

    public OwnSettings {
        var copy = new TreeMap<String, Map<ProfileKey, Object>>();
        byName.forEach((name, values) -> {
            if (!values.isEmpty()) {
                copy.put(name, new EnumMap<>(values));
            }
        });
        byName = Collections.unmodifiableMap(copy);
    }

    Map<ProfileKey, Object> of(String name) {
        return byName.getOrDefault(name, Map.of());
    }

    /// These for the interfaces that there are, without what is set for all of them.
    OwnSettings retain(List<String> names, Set<ProfileKey> setForAll) {
        var retained = new TreeMap<String, Map<ProfileKey, Object>>();
        for (String name : names) {
            var values = new EnumMap<ProfileKey, Object>(ProfileKey.class);
            values.putAll(of(name));
            values.keySet().removeAll(setForAll);
            retained.put(name, values);
        }
        return new OwnSettings(retained);
    }

    /// These and one more, which is left out where it says what holds for the whole host anyway.
    ///
    /// @param hosts the host's settings
    OwnSettings with(SettingName name, Object value, Map<ProfileKey, Object> hosts) {
        var changed = new TreeMap<String, Map<ProfileKey, Object>>(byName);
        var values = new EnumMap<ProfileKey, Object>(ProfileKey.class);
        values.putAll(of(name.device()));
        if (value.equals(hosts.get(name.key())) && !name.key().isInTurn()) {
            values.remove(name.key());
        } else {
            values.put(name.key(), value);
        }
        changed.put(name.device(), values);
        return new OwnSettings(changed);
    }
}
