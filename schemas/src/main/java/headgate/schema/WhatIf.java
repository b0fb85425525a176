package headgate.schema;

import headgate.forwarding.HostDocuments;
import headgate.softnet.SoftnetProfile;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// How hosts could be set, beside how they are; `profile.avsc` says what each field means.
///
/// @param softnet settings of the receive path, under the same name; null if it is about a rule set
///   alone
/// @param agent empty: hosts of all agents
/// @param documents empty if it is about the receive path alone
public record WhatIf(
        String name, SoftnetProfile softnet, String agent, SortedMap<String, String> documents) {

    /// Longest name.
    public static final int MAX_NAME = 100;

    public WhatIf {
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException(
                    "a profile's name has 1 to %d characters".formatted(MAX_NAME));
        }
        if (softnet == null && documents.isEmpty()) {
            throw new IllegalArgumentException("neither settings nor documents");
        }
        softnet = softnet == null ? null : softnet.named(name);
        documents = Collections.unmodifiableSortedMap(new TreeMap<>(documents));
    }

    /// Settings of the receive path of every host.
    public static WhatIf of(SoftnetProfile softnet) {
        return new WhatIf(softnet.name(), softnet, "", Collections.emptySortedMap());
    }

    public boolean isAbout(String agent) {
        return this.agent.isEmpty() || this.agent.equals(agent);
    }

    public boolean hasRules() {
        return !documents.isEmpty();
    }

    /// The host's documents as they would be.
    public HostDocuments over(HostDocuments host) {
        var all = new TreeMap<>(host.documents());
        documents.forEach((document, text) -> {
            if (text.isEmpty()) {
                all.remove(document);
            } else {
                all.put(document, text);
            }
        });
        return new HostDocuments(host.agent(), host.timeNanos(), host.kernelRelease(), all);
    }
}
