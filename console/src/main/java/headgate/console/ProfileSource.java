package headgate.console;

import headgate.capture.host.HostProbe;
import headgate.packet.ToeplitzHash;
import headgate.softnet.HostProfile;
import headgate.softnet.SoftnetProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Where the word after `-p` leads: to a profile that exists by name, to this host, to a profile
/// file, or to the folder of a host snapshot.
///
/// @param base what the settings of a user change
/// @param rss the hashes of a host's interfaces by name; empty if it is no host's, or not known
/// @param notes for people: what of a host is not known or not modelled
record ProfileSource(SoftnetProfile base, Map<String, ToeplitzHash> rss, List<String> notes) {
    /// The word for the host that this runs on.
    static final String HOST = "host";

    /// @param devices the interfaces of a host that traffic arrives on, as `eth0+eth1`; null for
    ///   all that have interrupts of their own
    /// @throws IOException if the file or folder cannot be read
    /// @throws IllegalArgumentException if the word leads nowhere or a setting is not allowed, with
    ///   what is
    static ProfileSource of(String word, String devices) throws IOException {
        if (SoftnetProfile.names().contains(word)) {
            return new ProfileSource(SoftnetProfile.of(word), Map.of(), List.of());
        }
        if (word.equals(HOST)) {
            return host(HOST, HostProbe.take(HOST, _ -> {}).documents(), devices);
        }
        Path path = Path.of(word);
        String name = path.toAbsolutePath().normalize().getFileName().toString();
        if (Files.isDirectory(path)) {
            return host(name, HostTables.documents(path), devices);
        }
        if (Files.exists(path)) {
            return new ProfileSource(ProfileFile.read(path), Map.of(), List.of());
        }
        throw new IllegalArgumentException(
                "no profile '%s'; there are: %s, host, a profile file, the folder of a snapshot"
                        .formatted(
                                TextTable.escape(word), String.join(", ", SoftnetProfile.names())));
    }

    private static ProfileSource host(String name, Map<String, String> documents, String devices) {
        List<String> names = devices == null ? List.of() : List.of(devices.split("\\+"));
        HostProfile host = HostProfile.of(name, documents, names);
        return new ProfileSource(host.profile(), host.rss(), host.notes());
    }

    /// The words that set `profile` apart from where it comes from.
    String difference(SoftnetProfile profile) {
        String changed = profile.differenceFrom(base);
        return profile.name() + (changed.isEmpty() ? "" : " " + changed);
    }
}
