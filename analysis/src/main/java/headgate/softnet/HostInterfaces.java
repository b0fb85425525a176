package headgate.softnet;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

/// The interfaces of one host by name, in the order in which arrivals number them. Written as their
/// names, `lan0,wan0`, or as a number where these are `eth0`, `eth1` and so on.
public record HostInterfaces(List<String> names) {
    public static final int MAX = 16;

    /// `IFNAMSIZ`, less the byte that ends the name.
    private static final int LONGEST_NAME = 15;

    private static final String USUAL = "eth";

    public HostInterfaces {
        names = List.copyOf(names);
        ProfileKey.INTERFACES.require(
                !names.isEmpty() && names.size() <= MAX,
                names.size(),
                ProfileKey.INTERFACES.allowed());
        for (String name : names) {
            ProfileKey.INTERFACES.require(
                    isValid(name), name, "a name has 1 to 15 characters, no space, /, : or comma");
        }
        ProfileKey.INTERFACES.require(
                new HashSet<>(names).size() == names.size(), names, "each name stands once");
    }

    /// `dev_valid_name`, and no comma, which stands between names here.
    private static boolean isValid(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && !name.equals(".")
                && !name.equals("..")
                && name.chars()
                        .noneMatch(
                                c -> c == '/' || c == ':' || c == ',' || Character.isWhitespace(c));
    }

    /// @throws IllegalArgumentException with what is allowed
    static HostInterfaces parse(String text) {
        if (!text.matches("-?\\d+")) {
            return new HostInterfaces(Arrays.asList(text.split(",", -1)));
        }
        boolean isCount = text.matches("\\d{1,2}");
        ProfileKey.INTERFACES.require(
                isCount && Integer.parseInt(text) <= MAX, text, ProfileKey.INTERFACES.allowed());
        return new HostInterfaces(usual(Integer.parseInt(text)));
    }

    private static List<String> usual(int count) {
        return IntStream.range(0, count).mapToObj(i -> USUAL + i).toList();
    }

    public int count() {
        return names.size();
    }

    /// @throws IllegalArgumentException if there is no such interface, with those that there are
    void require(String name) {
        if (!names.contains(name)) {
            throw new IllegalArgumentException(
                    "no interface '%s'; there are: %s (%s names them)"
                            .formatted(
                                    name, String.join(", ", names), ProfileKey.INTERFACES.key()));
        }
    }

    @Override
    public String toString() {
        return names.equals(usual(count())) ? Integer.toString(count()) : String.join(",", names);
    }
}
