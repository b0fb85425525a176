package headgate.softnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.jqwik.api.Property;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/// Holds `docs/receive-path.md` to its promise: each rule has a number, its kernel function, and
/// tests that exist.
class ReceivePathRulesTest {
    private static final Path TESTS = Path.of("src/test/java/headgate");

    private static final Pattern RULE = Pattern.compile("^- \\*\\*((?:RP|OP|TP)-\\d+)\\*\\*");
    private static final Pattern ROW =
            Pattern.compile("^\\| ((?:RP|OP|TP)-\\d+) \\| ([^|]+) \\| ([^|]+) \\|$");
    private static final Pattern NAMED = Pattern.compile("`(\\w+)\\.(\\w+)`");
    private static final Pattern QUOTED = Pattern.compile("\\b(?:RP|OP|TP)-\\d+\\b");

    private static final List<String> PACKAGES = List.of("softnet", "softnet.tap", "sim");

    /// The text of each rule, by its number.
    private static final Map<String, String> RULES = new LinkedHashMap<>();

    /// Of each row of the table of rules: kernel function, and tests.
    private static final Map<String, List<String>> ROWS = new LinkedHashMap<>();

    @BeforeAll
    static void readThePage() throws IOException {
        String rule = null;
        for (String line : Files.readAllLines(Path.of("../docs/receive-path.md"))) {
            Matcher row = ROW.matcher(line);
            Matcher bullet = RULE.matcher(line);
            if (row.find()) {
                var cells = List.of(row.group(2), row.group(3));
                assertEquals(null, ROWS.put(row.group(1), cells), "twice: " + row.group(1));
            } else if (bullet.find()) {
                rule = bullet.group(1);
                assertEquals(null, RULES.put(rule, line), "twice: " + rule);
            } else if (line.startsWith("  ") && rule != null) {
                RULES.merge(rule, line, String::concat);
            } else {
                rule = null;
            }
        }
    }

    @Test
    void listsEachRuleAndNoOther() {
        assertTrue(RULES.size() > 80, RULES.keySet()::toString);
        assertEquals(new TreeSet<>(RULES.keySet()), new TreeSet<>(ROWS.keySet()));
    }

    @Test
    void namesForEachRuleAFunctionOfTheKernelOrSaysThatItIsTheModels() {
        ROWS.forEach((rule, cells) ->
                assertTrue(
                        cells.get(0).startsWith("`") || cells.get(0).equals("the model's"),
                        rule + ": " + cells.get(0)));
    }

    @Test
    void namesForEachRuleTestsThatExist() {
        ROWS.forEach((rule, cells) -> {
            var tests = new ArrayList<String>();
            for (Matcher named = NAMED.matcher(cells.get(1)); named.find(); ) {
                assertTrue(isTest(named.group(1), named.group(2)), rule + ": " + named.group());
                tests.add(named.group());
            }
            assertFalse(tests.isEmpty(), rule + " has no test");
        });
    }

    private static boolean isTest(String className, String method) {
        return PACKAGES.stream()
                .map(name -> classOrNull("headgate." + name + "." + className))
                .filter(type -> type != null)
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(it -> it.getName().equals(method))
                .anyMatch(it ->
                        it.isAnnotationPresent(Test.class)
                                || it.isAnnotationPresent(ParameterizedTest.class)
                                || it.isAnnotationPresent(Property.class));
    }

    private static Class<?> classOrNull(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException _) {
            return null;
        }
    }

    /// Rules that code and tests quote are rules of the page.
    @Test
    void quotesOnlyRulesThatThereAre() throws IOException {
        for (Path root : List.of(TESTS, Path.of("src/main/java/headgate"))) {
            try (Stream<Path> files = Files.walk(root.resolve("softnet"))) {
                for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
                    Set<String> quoted = new TreeSet<>();
                    Matcher matcher = QUOTED.matcher(Files.readString(file));
                    while (matcher.find()) {
                        quoted.add(matcher.group());
                    }
                    quoted.removeAll(RULES.keySet());
                    assertEquals(Set.of(), quoted, file::toString);
                }
            }
        }
    }
}
