package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/// Holds `docker-compose.yml`, `Dockerfile` and `.dockerignore` to the commands, files and brokers
/// that they name. That it all runs, and loses nothing when a broker and a stream processor are
/// killed, `system-tests/compose-trial.sh` shows with Docker.
class ComposeFileTest {
    private static final Path HOME = home();
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{\\w+:-([^}]*)}");
    private static final Pattern BROKER = Pattern.compile("\\b(kafka-\\d):(\\d+)");
    private static final Pattern IN_IMAGE = Pattern.compile("/opt/headgate/(\\S+)");

    private static Path home() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docker-compose.yml"))) {
            folder = folder.getParent();
            assertNotNull(folder, "no docker-compose.yml above the working directory");
        }
        return folder;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object yaml) {
        return (Map<String, Object>) yaml;
    }

    private static Map<String, Object> file() throws IOException {
        return map(new Yaml().load(Files.readString(HOME.resolve("docker-compose.yml"))));
    }

    private static Map<String, Map<String, Object>> services() throws IOException {
        var services = new TreeMap<String, Map<String, Object>>();
        map(file().get("services")).forEach((name, service) -> services.put(name, map(service)));
        return services;
    }

    private static Map<String, Map<String, Object>> brokers() throws IOException {
        var brokers = services();
        brokers.keySet().removeIf(name -> !name.startsWith("kafka-"));
        return brokers;
    }

    /// A command with the defaults of its variables.
    private static String command(Map<String, Object> service) {
        return VARIABLE.matcher(service.getOrDefault("command", "").toString()).replaceAll("$1");
    }

    private static void eachCommand(Consumer<String> check) throws IOException {
        var commands =
                services().values().stream()
                        .filter(service -> service.containsKey("build"))
                        .map(ComposeFileTest::command)
                        .toList();
        assertEquals(5, commands.size());
        commands.forEach(check);
    }

    @Test
    void everyCommandTakesItsWords() throws IOException {
        eachCommand(command -> {
            String[] words = command.strip().split("\\s+");
            var parsed = Headgate.commandLine(words).parseArgs(words);
            assertTrue(parsed.hasSubcommand(), command);
        });
    }

    @Test
    void everyCommandNamesFilesThatTheImageHas() throws IOException {
        eachCommand(command ->
                IN_IMAGE.matcher(command)
                        .results()
                        .forEach(path ->
                                assertTrue(
                                        Files.exists(HOME.resolve(path.group(1))), path::group)));
    }

    @Test
    void everyCommandReachesBrokersThatListenThere() throws IOException {
        var brokers = brokers();
        eachCommand(command ->
                BROKER.matcher(command)
                        .results()
                        .forEach(address -> {
                            var settings = map(brokers.get(address.group(1)).get("environment"));
                            assertTrue(
                                    settings.get("KAFKA_ADVERTISED_LISTENERS")
                                            .toString()
                                            .contains("INSIDE://" + address.group()),
                                    address::group);
                        }));
    }

    @Test
    void anyOneBrokerMayBeLost() throws IOException {
        var brokers = brokers();
        assertEquals(3, brokers.size());
        var ids = new TreeSet<String>();
        for (var broker : brokers.entrySet()) {
            var settings = map(broker.getValue().get("environment"));
            String id = settings.get("KAFKA_NODE_ID").toString();
            ids.add(id);
            assertTrue(
                    settings.get("KAFKA_CONTROLLER_QUORUM_VOTERS")
                            .toString()
                            .contains(id + "@" + broker.getKey() + ":9093"));
            for (String copies :
                    List.of(
                            "KAFKA_DEFAULT_REPLICATION_FACTOR",
                            "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR",
                            "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR")) {
                assertEquals(3, settings.get(copies), copies);
            }
            for (String inSync :
                    List.of("KAFKA_MIN_INSYNC_REPLICAS", "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR")) {
                assertEquals(2, settings.get(inSync), inSync);
            }
        }
        assertEquals(3, ids.size());
    }

    @Test
    void everyServiceHasABoundOfMemoryAndNoCapabilityThatItDoesNotAskFor() throws IOException {
        services()
                .forEach((name, service) -> {
                    assertNotNull(service.get("mem_limit"), name);
                    assertEquals(List.of("ALL"), service.get("cap_drop"), name);
                    assertEquals(name.equals("live-agent"), service.containsKey("cap_add"), name);
                });
    }

    @Test
    void noTwoServicesShareAVolume() throws IOException {
        var used = new ArrayList<String>();
        for (var service : services().values()) {
            if (service.get("volumes") instanceof List<?> volumes) {
                volumes.forEach(each -> used.add(each.toString().split(":")[0]));
            }
        }
        assertEquals(used.size(), new HashSet<>(used).size(), used::toString);
        assertEquals(map(file().get("volumes")).keySet(), new HashSet<>(used));
    }

    @Test
    void theImageIsBuiltFromWhatIsThere() throws IOException {
        List<String> lines = Files.readAllLines(HOME.resolve(".dockerignore"));
        lines.stream()
                .filter(line -> line.startsWith("!"))
                .forEach(line -> assertTrue(Files.exists(HOME.resolve(line.substring(1))), line));
        // Maven reads the pom of every module before it builds some of them.
        Stream.of("packet", "analysis", "schemas", "capture-agent", "stream-processor", "console")
                .forEach(module -> assertTrue(lines.contains("!" + module), module));
        assertTrue(lines.contains("!system-tests/pom.xml"));
        assertFalse(lines.contains("!**"));
    }

    @Test
    void composeItselfTakesTheFile() throws Exception {
        Process compose = compose();
        assumeTrue(compose != null, "docker-compose is not installed: the file is not shown to it");
        String said = new String(compose.getInputStream().readAllBytes());
        assertTrue(compose.waitFor(60, TimeUnit.SECONDS), "docker-compose does not end");
        assertEquals(0, compose.exitValue(), said);
    }

    private static Process compose() {
        try {
            return new ProcessBuilder("docker-compose", "config", "--quiet")
                    .directory(HOME.toFile())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException notInstalled) {
            return null;
        }
    }
}
