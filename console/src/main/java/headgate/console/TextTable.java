package headgate.console;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/// Columns of text, aligned: numbers to the right, words to the left. Cells are escaped, so that
/// nothing that came from a network drives the terminal.
final class TextTable {
    private final String[] header;
    private final boolean[] right;
    private final List<String[]> rows = new ArrayList<>();

    /// @param columns one name each; a leading `>` aligns that column to the right
    TextTable(String... columns) {
        header = new String[columns.length];
        right = new boolean[columns.length];
        for (int i = 0; i < columns.length; i++) {
            right[i] = columns[i].startsWith(">");
            header[i] = right[i] ? columns[i].substring(1) : columns[i];
        }
    }

    /// Adds a row; null is an empty cell.
    void row(Object... cells) {
        if (cells.length != header.length) {
            throw new IllegalArgumentException(
                    cells.length + " cells for " + header.length + " columns");
        }
        var row = new String[cells.length];
        for (int i = 0; i < cells.length; i++) {
            row[i] = cells[i] == null ? "" : escape(cells[i].toString());
        }
        rows.add(row);
    }

    void print(PrintWriter out) {
        var widths = new int[header.length];
        measure(header, widths);
        rows.forEach(row -> measure(row, widths));
        print(out, header, widths);
        rows.forEach(row -> print(out, row, widths));
    }

    private static void measure(String[] row, int[] widths) {
        for (int i = 0; i < row.length; i++) {
            widths[i] = Math.max(widths[i], row[i].length());
        }
    }

    private void print(PrintWriter out, String[] row, int[] widths) {
        var line = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
            String padding = " ".repeat(widths[i] - row[i].length());
            line.append(i == 0 ? "" : "  ").append(right[i] ? padding + row[i] : row[i] + padding);
        }
        out.println(line.toString().stripTrailing());
    }

    /// Control and bidirectional characters as `\x1b` and `\u202e`: shown, not obeyed.
    static String escape(String text) {
        StringBuilder escaped = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean harmless =
                    !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT;
            if (harmless && escaped == null) {
                continue;
            }
            if (escaped == null) {
                escaped = new StringBuilder(text.substring(0, i));
            }
            if (harmless) {
                escaped.append(c);
            } else {
                escaped.append(String.format(c < 256 ? "\\x%02x" : "\\u%04x", (int) c));
            }
        }
        return escaped == null ? text : escaped.toString();
    }
}
