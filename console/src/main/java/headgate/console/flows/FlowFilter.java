package headgate.console.flows;

import headgate.flow.FlowRecord;
import headgate.flow.app.Application;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Which flows are wanted, told by their fields: `bytes > 1M and not (state = SF or app = dns)`.
///
/// ```
/// expression = all { ("or" | "||") all }
/// all        = one { ("and" | "&&") one }
/// one        = ("not" | "!") one | "(" expression ")" | test
/// test       = field [ ("=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "~") value ]
/// ```
///
/// A field alone asks whether it is there; `~` whether its text contains the value, in any case.
/// What is not there equals nothing and is in no order, so that `app != http` is true of a flow
/// without application.
public final class FlowFilter {
    /// Fields of either side: the test is true if it is of one of them.
    public static final Map<String, List<FlowField>> EITHER =
            new TreeMap<>(
                    Map.of(
                            "addr", List.of(FlowField.named("src"), FlowField.named("dst")),
                            "port", List.of(FlowField.named("sport"), FlowField.named("dport"))));

    /// Deeper parentheses are nobody's, and would be a stack as deep.
    private static final int MAX_DEPTH = 100;

    /// Operators; of two that begin alike the longer one is first.
    private static final List<String> OPERATORS =
            List.of("==", "!=", "<=", ">=", "=", "<", ">", "~");

    /// What is wrong, and where.
    public static final class SyntaxException extends Exception {
        private static final long serialVersionUID = 1L;

        private SyntaxException(String text, int position, String message) {
            super(
                    "at character %d: %s%n  %s%n  %s^"
                            .formatted(
                                    position + 1,
                                    message,
                                    text.replaceAll("\\s", " "),
                                    " ".repeat(position)));
        }
    }

    private final String text;
    private int at;
    private int depth;

    private FlowFilter(String text) {
        this.text = text;
    }

    /// Reads an expression.
    ///
    /// @throws SyntaxException with the place, and the names that exist
    public static Predicate<FlowRecord> parse(String text) throws SyntaxException {
        var filter = new FlowFilter(text);
        Predicate<FlowRecord> expression = filter.expression();
        if (filter.peek() != END) {
            throw filter.wrong(filter.at, "'and', 'or' or the end is missing");
        }
        return expression;
    }

    /// The names of applications that are told apart.
    public static List<String> applications() {
        return Arrays.stream(Application.values()).map(Application::label).sorted().toList();
    }

    /// Flows of one of these applications; a name with `!` before it excludes.
    ///
    /// @throws IllegalArgumentException if a name is none of an application
    public static Predicate<FlowRecord> applications(List<String> names) {
        List<String> known = applications();
        for (String name : names) {
            String plain = name.startsWith("!") ? name.substring(1) : name;
            if (!known.contains(plain)) {
                throw new IllegalArgumentException(Spelling.unknown("application", plain, known));
            }
        }
        boolean anyWanted = names.stream().anyMatch(name -> !name.startsWith("!"));
        return record ->
                (!anyWanted || names.contains(record.application()))
                        && !names.contains("!" + record.application());
    }

    // ---- Expressions ----

    private Predicate<FlowRecord> expression() throws SyntaxException {
        Predicate<FlowRecord> any = all();
        while (takeWord("or") || take("||")) {
            any = any.or(all());
        }
        return any;
    }

    private Predicate<FlowRecord> all() throws SyntaxException {
        Predicate<FlowRecord> all = one();
        while (takeWord("and") || take("&&")) {
            all = all.and(one());
        }
        return all;
    }

    private Predicate<FlowRecord> one() throws SyntaxException {
        if (++depth > MAX_DEPTH) {
            throw wrong(at, "more than " + MAX_DEPTH + " parentheses and negations in each other");
        }
        Predicate<FlowRecord> one;
        if (takeWord("not") || take("!")) {
            one = one().negate();
        } else if (take("(")) {
            one = expression();
            if (!take(")")) {
                throw wrong(at, "')' is missing");
            }
        } else {
            one = test();
        }
        depth--;
        return one;
    }

    private Predicate<FlowRecord> test() throws SyntaxException {
        skipSpace();
        int start = at;
        List<FlowField> fields = fields(word(), start);
        String operator = operator();
        if (operator.isEmpty()) {
            return any(fields.stream().map(FieldTest::isThere));
        }
        skipSpace();
        int valueAt = at;
        String value = value();
        try {
            boolean negated = operator.equals("!=");
            String plain = negated ? "=" : operator;
            var found = any(fields.stream().map(field -> FieldTest.of(field, plain, value)));
            return negated ? found.negate() : found;
        } catch (IllegalArgumentException e) {
            throw wrong(valueAt, e.getMessage());
        }
    }

    private static Predicate<FlowRecord> any(Stream<Predicate<FlowRecord>> tests) {
        return tests.reduce(Predicate::or).orElseThrow();
    }

    /// A name with a dot is one of those under which [FlowRecord#metadata] has texts.
    private List<FlowField> fields(String name, int start) throws SyntaxException {
        if (name.isEmpty()) {
            throw wrong(start, "the name of a field is missing");
        }
        if (EITHER.containsKey(name)) {
            return EITHER.get(name);
        }
        FlowField field = FlowField.named(name);
        if (field == null && name.indexOf('.') > 0) {
            return List.of(FlowField.ofMetadata(name));
        }
        if (field == null) {
            var known = Stream.concat(FlowField.names().stream(), EITHER.keySet().stream());
            throw wrong(start, Spelling.unknown("field", name, known.toList(), "-e ?"));
        }
        return List.of(field);
    }

    // ---- Words ----

    private static final char END = 0;

    private char peek() {
        skipSpace();
        return at < text.length() ? text.charAt(at) : END;
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean take(String sign) {
        skipSpace();
        boolean there = text.startsWith(sign, at);
        at += there ? sign.length() : 0;
        return there;
    }

    private boolean takeWord(String wanted) {
        skipSpace();
        int start = at;
        boolean there = word().equalsIgnoreCase(wanted);
        at = there ? at : start;
        return there;
    }

    /// Letters, digits, `_`, `-` and `.`.
    private String word() {
        int start = at;
        while (at < text.length() && isOfWord(text.charAt(at))) {
            at++;
        }
        return text.substring(start, at);
    }

    private static boolean isOfWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '.';
    }

    private String operator() {
        skipSpace();
        return OPERATORS.stream().filter(this::take).findFirst().orElse("");
    }

    /// A word up to a space, `)`, `&` or `|`; or anything between quotes.
    private String value() throws SyntaxException {
        char quote = peek();
        if (quote == '"' || quote == '\'') {
            int end = text.indexOf(quote, at + 1);
            if (end < 0) {
                throw wrong(at, "the end of what is quoted is missing");
            }
            String quoted = text.substring(at + 1, end);
            at = end + 1;
            return quoted;
        }
        int start = at;
        while (at < text.length()
                && !Character.isWhitespace(text.charAt(at))
                && ")&|".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        if (at == start) {
            throw wrong(at, "the value is missing");
        }
        return text.substring(start, at);
    }

    private SyntaxException wrong(int position, String message) {
        return new SyntaxException(text, position, message);
    }
}
