package headgate.forwarding.syntax;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import headgate.forwarding.SnapshotException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/// `ip addr` and `ip link`, with and without `-d`: a line for each device, and indented ones for
/// its link address, its kind and its addresses.
final class IpAddrText implements Syntax {
    /// Kinds of devices that change how packets go; `-d` begins a line with them.
    private static final Set<String> KINDS =
            Set.of(
                    "vlan",
                    "bridge",
                    "bond",
                    "team",
                    "vrf",
                    "macvlan",
                    "macvtap",
                    "ipvlan",
                    "veth",
                    "dummy",
                    "vxlan",
                    "geneve",
                    "gre",
                    "gretap",
                    "ip6gre",
                    "ip6gretap",
                    "ipip",
                    "sit",
                    "ip6tnl",
                    "vti",
                    "vti6",
                    "xfrm",
                    "wireguard",
                    "tun",
                    "ifb",
                    "nlmon",
                    "macsec",
                    "erspan",
                    "ppp",
                    "hsr",
                    "netdevsim",
                    "vcan",
                    "can",
                    "batadv");

    @Override
    public void read(String name, InputStream in, Sink sink) throws IOException, SnapshotException {
        var lines = new Lines(name, in);
        ObjectNode device = null;
        String place = "";
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (line.isBlank()) {
                continue;
            }
            if (device != null && Character.isWhitespace(line.charAt(0))) {
                readDetail(new Words(line), device);
                continue;
            }
            if (device != null) {
                sink.add(place, device);
            }
            device = device(new Words(line));
            place = lines.place();
        }
        if (device != null) {
            sink.add(place, device);
        }
    }

    /// `2: eth0@if5: <BROADCAST,UP> mtu 1500 qdisc noqueue master br0 state UP group default`
    private static ObjectNode device(Words words) {
        ObjectNode device = JsonNodeFactory.instance.objectNode();
        device.put("ifindex", withoutColon(words.next()));
        String name = withoutColon(words.next());
        int at = name.indexOf('@');
        device.put("ifname", at < 0 ? name : name.substring(0, at));
        // A peer in another namespace is known by number only, and is not below this device.
        if (at >= 0 && !name.substring(at + 1).matches("if[0-9]+")) {
            device.put("link", name.substring(at + 1));
        }
        String flags = words.next();
        ArrayNode names = device.putArray("flags");
        for (String flag : flags.replaceAll("[<>]", "").split(",")) {
            names.add(flag);
        }
        while (words.hasMore()) {
            switch (words.next()) {
                case "mtu" -> words.putNext(device, "mtu");
                case "master" -> words.putNext(device, "master");
                case "group" -> words.putNext(device, "group");
                // Queueing discipline, state and queue length change no answer.
                case "qdisc", "state", "mode", "qlen" -> words.next();
                case String other -> device.putNull(other);
            }
        }
        return device;
    }

    private static String withoutColon(String word) {
        return word.endsWith(":") ? word.substring(0, word.length() - 1) : word;
    }

    private static void readDetail(Words words, ObjectNode device) {
        String first = words.next();
        if (first.startsWith("link/")) {
            device.put("address", first.equals("link/none") ? "" : words.next());
        } else if (first.equals("inet") || first.equals("inet6")) {
            readAddress(words, first, device.withArray("addr_info").addObject());
        } else if (KINDS.contains(first)) {
            ObjectNode info = device.putObject("linkinfo").put("info_kind", first);
            readVlan(words, info.putObject("info_data"));
        }
    }

    /// `vlan protocol 802.1Q id 5 <REORDER_HDR>`
    private static void readVlan(Words words, ObjectNode data) {
        while (words.hasMore()) {
            if (words.next().equals("id")) {
                words.putNext(data, "id");
                return;
            }
        }
    }

    /// `inet 10.9.9.1 peer 10.9.9.2/32 brd 10.9.9.2 scope global secondary eth1`
    private static void readAddress(Words words, String family, ObjectNode address) {
        address.put("family", family);
        readPrefix(words, address, "local");
        while (words.hasMore()) {
            String word = words.next();
            switch (word) {
                case "peer" -> readPrefix(words, address, "address");
                case "scope" -> words.putNext(address, word);
                case "brd", "any", "metric", "proto" -> words.next();
                case "secondary",
                        "temporary",
                        "tentative",
                        "dadfailed",
                        "deprecated",
                        "nodad",
                        "optimistic",
                        "noprefixroute",
                        "mngtmpaddr",
                        "dynamic",
                        "home" ->
                        address.put(word, true);
                // The label, which is the last word.
                default -> {}
            }
        }
    }

    private static void readPrefix(Words words, ObjectNode address, String key) {
        String prefix = words.next();
        int slash = prefix.indexOf('/');
        address.put(key, slash < 0 ? prefix : prefix.substring(0, slash));
        if (slash >= 0) {
            address.put("prefixlen", prefix.substring(slash + 1));
        }
    }
}
