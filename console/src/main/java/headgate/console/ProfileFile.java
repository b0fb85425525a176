package headgate.console;

import headgate.softnet.SettingName;
import headgate.softnet.SoftnetProfile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A profile as text: lines of `key = value`, and what follows a `#` is for people. `base = NAME`
/// names the profile that the others change; without it that is `linux-6`.
///
/// ```
/// base = linux-6-rps
/// gap_ns = 512       # measured 498 to 547
/// ```
final class ProfileFile {
    private static final long LONGEST_BYTES = 1 << 20;
    private static final String BASE = "base";

    private ProfileFile() {}

    /// @throws IOException if the file cannot be read or is no text
    /// @throws IllegalArgumentException if a line is no setting, with its number and what is
    ///   allowed
    static SoftnetProfile read(Path file) throws IOException {
        if (Files.size(file) > LONGEST_BYTES) {
            throw new IOException(file + ": too long for a profile");
        }
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (MalformedInputException e) {
            throw new IOException(file + ": is no profile: not UTF-8 text", e);
        }
        var settings = new LinkedHashMap<String, String>();
        for (int i = 0; i < lines.size(); i++) {
            try {
                take(lines.get(i), settings);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "%s: line %d: %s".formatted(file, i + 1, e.getMessage()), e);
            }
        }
        try {
            String base = settings.remove(BASE);
            SoftnetProfile from = base == null ? SoftnetProfile.LINUX_6 : SoftnetProfile.of(base);
            return from.with(settings).named(name(file));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private static void take(String line, Map<String, String> settings) {
        String words = line.replaceFirst("#.*", "").strip();
        if (words.isEmpty()) {
            return;
        }
        int equals = words.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException(
                    "'%s' is no setting: write key = value".formatted(TextTable.escape(words)));
        }
        String key = words.substring(0, equals).strip();
        if (!key.equals(BASE)) {
            SettingName.of(key);
        }
        if (settings.put(key, words.substring(equals + 1).strip()) != null) {
            throw new IllegalArgumentException(key + " is set twice");
        }
    }

    /// `lab.profile` is the profile `lab`.
    private static String name(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    /// Writes a profile that [#read] reads.
    ///
    /// @param words for people, a line each, at the top
    /// @param base the profile that the settings change
    /// @param remarks words behind a setting, by its key
    static void write(
            Path file,
            List<String> words,
            String base,
            Map<String, String> settings,
            Map<String, String> remarks)
            throws IOException {
        try (var out = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8))) {
            words.forEach(line -> out.println("# " + line));
            out.printf("%s = %s%n", BASE, base);
            settings.forEach((key, value) -> {
                String remark = remarks.get(key);
                out.println(key + " = " + value + (remark == null ? "" : "  # " + remark));
            });
            if (out.checkError()) {
                throw new IOException(file + ": cannot be written");
            }
        }
    }
}
