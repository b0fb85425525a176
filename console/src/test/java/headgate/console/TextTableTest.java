package headgate.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    void alignsWordsLeftAndNumbersRight() {
        var table = new TextTable("name", ">bytes", "note");
        table.row("a", 5, null);
        table.row("long name", 12345, "x");
        var out = new StringWriter();
        table.print(new PrintWriter(out, true));
        assertEquals(
                """
                name       bytes  note
                a              5
                long name  12345  x
                """,
                out.toString().replace(System.lineSeparator(), "\n"));
    }

    @Test
    void showsControlCharactersAndDoesNotSendThem() {
        assertEquals("\\x1b[31mred", TextTable.escape("\u001b[31mred"));
        assertEquals("\\u202egpj.exe", TextTable.escape("\u202egpj.exe"));
        assertEquals("plain µs", TextTable.escape("plain µs"));
    }

    @Test
    void refusesARowThatDoesNotFit() {
        assertThrows(IllegalArgumentException.class, () -> new TextTable("a", "b").row("only one"));
    }
}
