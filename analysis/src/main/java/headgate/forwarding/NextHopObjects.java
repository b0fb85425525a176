package headgate.forwarding;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Next hop objects of `nexthop.json`, for routes that only name them.
final class NextHopObjects {
    /// @param hops what a route through this object has; empty for a blackhole
    /// @param unmodelled what is not modelled of it; empty if nothing
    record Entry(List<NextHop> hops, boolean blackhole, String unmodelled) {
        /// Whether it says nothing of what becomes of a packet.
        boolean leadsNowhere() {
            return hops.isEmpty() && !blackhole && unmodelled.isEmpty();
        }
    }

    private record Member(long id, int weight) {}

    private final SnapshotReader reader;
    private final Map<Long, Entry> single = new HashMap<>();
    private final Map<Long, List<Member>> groups = new HashMap<>();
    private final Map<Long, String> unmodelledGroups = new HashMap<>();

    NextHopObjects(SnapshotReader reader) {
        this.reader = reader;
    }

    void read(SnapshotElement element) {
        long id = element.number("id", 0);
        element.ignore("protocol", "scope", "hw_stats");
        List<SnapshotElement> members = element.elements("group");
        if (members.isEmpty()) {
            readSingle(element, id);
        } else {
            readGroup(element, members, id);
        }
    }

    private void readSingle(SnapshotElement element, long id) {
        boolean blackhole = element.has("blackhole");
        element.ignore("flags");
        boolean ipv6 = element.text("gateway").indexOf(':') >= 0;
        var hop = blackhole ? null : RouteDocument.nextHop(element, reader, ipv6);
        String unmodelled = element.noteUnread();
        single.put(id, new Entry(hop == null ? List.of() : List.of(hop), blackhole, unmodelled));
    }

    private void readGroup(SnapshotElement element, List<SnapshotElement> members, long id) {
        var entries = new ArrayList<Member>();
        for (SnapshotElement member : members) {
            long weight = Math.clamp(member.number("weight", 1), 1, 65536);
            entries.add(new Member(member.number("id", 0), (int) weight));
        }
        String type = element.text("type", "mpath");
        element.ignore("flags");
        String unmodelled = element.noteUnread();
        groups.put(id, entries);
        unmodelledGroups.put(id, type.equals("mpath") ? unmodelled : "next hop group " + type);
    }

    /// The next hops of a route of either family: named in it, or through an object.
    Entry ofRoute(SnapshotElement element, boolean ipv6) {
        boolean object = element.has("nhid");
        long id = element.number("nhid", -1);
        String unmodelled = object ? unmodelled(id) : "";
        var hops = new ArrayList<NextHop>();
        for (SnapshotElement hop : element.elements("nexthops")) {
            hops.add(RouteDocument.nextHop(hop, reader, ipv6));
            String unread = hop.noteUnread();
            unmodelled = unread.isEmpty() ? unmodelled : unread;
        }
        if (!hops.isEmpty()) {
            element.ignore("flags");
            return new Entry(Multipath.balance(hops, object), false, unmodelled);
        }
        if (element.has("dev")) {
            return new Entry(
                    List.of(RouteDocument.nextHop(element, reader, ipv6)), false, unmodelled);
        }
        element.ignore("flags");
        if (!object) {
            return new Entry(List.of(), false, unmodelled);
        }
        Entry entry = get(id);
        return entry == null
                ? new Entry(List.of(), false, "next hop object " + id + " is not in the snapshot")
                : new Entry(Multipath.balance(entry.hops(), true), entry.blackhole(), unmodelled);
    }

    /// The object with that number; null if there is none.
    Entry get(long id) {
        List<Member> members = groups.get(id);
        if (members == null) {
            return single.get(id);
        }
        var hops = new ArrayList<NextHop>();
        String unmodelled = unmodelledGroups.get(id);
        for (Member member : members) {
            Entry entry = single.get(member.id());
            if (entry == null || entry.hops().isEmpty()) {
                unmodelled = "next hop group " + id + " with member " + member.id();
                continue;
            }
            unmodelled = unmodelled.isEmpty() ? entry.unmodelled() : unmodelled;
            NextHop hop = entry.hops().getFirst();
            hops.add(hop.withWeight(member.weight()));
        }
        return new Entry(hops, false, unmodelled);
    }

    /// What is not modelled of that object; empty if nothing is, or it is not known at all.
    String unmodelled(long id) {
        Entry entry = get(id);
        return entry == null ? "" : entry.unmodelled();
    }
}
