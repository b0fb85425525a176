package headgate.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TopicsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "topics.md");

    @Test
    void thePageSaysWhatTheSchemasSay() throws IOException {
        if (Boolean.getBoolean("topics.write")) {
            Files.writeString(PAGE, TopicsPage.text());
        }
        assertEquals(
                TopicsPage.text(),
                Files.readString(PAGE),
                "docs/topics.md is stale; its first lines say how to make it again");
    }
}
