package headgate.system.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Who may import whom: the one readable statement of the direction of dependencies. Changing the
/// table is an architecture decision; give it an entry in `docs/decisions.md`.
class HouseTest {
    private static final JavaClasses HOUSE =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("headgate");

    /// Each package, and what it may import beside itself and `java.` (a package covers those
    /// below).
    private static final Map<String, List<String>> MAY_IMPORT =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("headgate.packet", List.of()),
                            Map.entry("headgate.sim", List.of("org.HdrHistogram")),
                            Map.entry(
                                    "headgate.softnet",
                                    List.of("headgate.sim", "headgate.packet", "org.HdrHistogram")),
                            Map.entry("headgate.flow", List.of("headgate.packet")),
                            Map.entry("headgate.flow.app", List.of("headgate.packet")),
                            Map.entry(
                                    "headgate.finding",
                                    List.of("headgate.packet", "headgate.flow")),
                            Map.entry(
                                    "headgate.forwarding",
                                    List.of("headgate.packet", "com.fasterxml.jackson")),
                            Map.entry(
                                    "headgate.schema",
                                    List.of(
                                            "headgate.packet",
                                            "headgate.softnet",
                                            "headgate.flow",
                                            "headgate.finding",
                                            "headgate.forwarding",
                                            "org.apache.avro")),
                            Map.entry(
                                    "headgate.capture",
                                    List.of(
                                            "headgate.packet",
                                            "headgate.schema",
                                            "headgate.forwarding",
                                            "headgate.softnet",
                                            "org.apache.kafka",
                                            "org.apache.avro",
                                            "org.pcap4j",
                                            "com.sun.jna",
                                            "com.github.luben.zstd",
                                            "picocli",
                                            "org.slf4j")),
                            Map.entry(
                                    "headgate.streams",
                                    List.of(
                                            "headgate.packet",
                                            "headgate.schema",
                                            "headgate.sim",
                                            "headgate.softnet",
                                            "headgate.flow",
                                            "headgate.finding",
                                            "headgate.forwarding",
                                            "org.apache.kafka",
                                            "org.apache.avro",
                                            "picocli",
                                            "org.slf4j")),
                            Map.entry(
                                    "headgate.console",
                                    List.of(
                                            "headgate",
                                            "kafka",
                                            "org.apache.kafka",
                                            "org.apache.avro",
                                            "org.apache.logging",
                                            "com.fasterxml.jackson",
                                            "picocli",
                                            "scala",
                                            "org.slf4j"))));

    @Test
    void eachPackageImportsOnlyWhatTheTableAllows() {
        MAY_IMPORT.forEach((room, allowed) ->
                classes()
                        .that()
                        .resideInAPackage(room + "..")
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage(
                                Stream.concat(Stream.of(room, "java", "javax"), allowed.stream())
                                        .map(name -> name + "..")
                                        .toArray(String[]::new))
                        .because("the house has directions")
                        .check(HOUSE));
    }

    @Test
    void thePureRoomsKnowNoClockNoChanceAndNoThread() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "headgate.packet..",
                        "headgate.sim..",
                        "headgate.softnet..",
                        "headgate.flow..",
                        "headgate.finding..",
                        "headgate.forwarding..")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callConstructor(java.util.Random.class)
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(Thread.class, java.util.concurrent.ThreadLocalRandom.class)
                .because("a result is a function of its input")
                .check(HOUSE);
    }

    @Test
    void noRoomIsNamedAfterNothing() {
        noClasses()
                .should()
                .resideInAnyPackage(
                        "..common..", "..util..", "..utils..", "..core..", "..api..", "..impl..")
                .check(HOUSE);
        noClasses()
                .that()
                .resideInAPackage("headgate..")
                .should()
                .haveNameMatching(
                        ".*\\.(Abstract|Base)[A-Z]\\w*|.*(Manager|Helper|Util|Utils|Impl)")
                .check(HOUSE);
    }

    @Test
    void everyPackageOfTheHouseIsInTheTable() {
        var strangers = new TreeSet<String>();
        for (var each : HOUSE) {
            String name = each.getPackageName();
            if (MAY_IMPORT.keySet().stream()
                    .noneMatch(room -> name.equals(room) || name.startsWith(room + "."))) {
                strangers.add(name);
            }
        }
        strangers.removeIf(name -> name.startsWith("headgate.benchmarks"));
        assertEquals(new TreeSet<String>(), strangers);
    }
}
