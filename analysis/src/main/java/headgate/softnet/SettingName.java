package headgate.softnet;

/// What a setting is about: the whole host, written `ring`, or one of its interfaces, written
/// `eth1.ring`.
///
/// @param device null for the whole host
public record SettingName(String device, ProfileKey key) {
    private static final char DOT = '.';

    public SettingName {
        if (device != null && !key.isOfInterface()) {
            throw new IllegalArgumentException(
                    "%s is set for the whole host, not for an interface: write %s=… (%s)"
                            .formatted(key.key(), key.key(), key.meaning()));
        }
    }

    /// @throws IllegalArgumentException for a setting that does not exist, with those that do
    public static SettingName of(String text) {
        // VLAN interfaces have dots in their names.
        int dot = text.lastIndexOf(DOT);
        return new SettingName(
                dot < 0 ? null : text.substring(0, dot), ProfileKey.of(text.substring(dot + 1)));
    }

    /// @throws IllegalArgumentException if it is not allowed, with what is
    Object parse(String value) {
        try {
            return key.parse(value);
        } catch (IllegalArgumentException refused) {
            throw device == null ? refused : ofDevice(device, refused);
        }
    }

    /// What is wrong with the settings of one interface.
    static IllegalArgumentException ofDevice(String device, IllegalArgumentException refused) {
        return new IllegalArgumentException(device + DOT + refused.getMessage(), refused);
    }

    /// That a value of this changes what the profile does.
    ///
    /// @throws IllegalArgumentException if another setting leaves it without effect, with what
    ///   would give it one
    public void requireEffect(SoftnetProfile profile) {
        key.requireTap(profile.tap().kind());
        if (key.isOfRings() && profile.netInterfaces().stream().noneMatch(this::isOfRing)) {
            throw new IllegalArgumentException(
                    "%s has no effect with rx_queues=0, where frames enter by netif_rx (%s)"
                            .formatted(this, key.meaning()));
        }
    }

    private boolean isOfRing(NetInterface candidate) {
        return (device == null || device.equals(candidate.name())) && candidate.nic().hasRings();
    }

    @Override
    public String toString() {
        return device == null ? key.key() : device + DOT + key.key();
    }
}
